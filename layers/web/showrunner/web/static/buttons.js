// Buttons that call the API: what and where is in their data attributes.
import { ask, busy } from "./api.js";

function isMeant({ confirm, phrase }) {
  if (confirm) return window.confirm(confirm);
  if (phrase) return window.prompt(`This loses data. Type "${phrase}" to go on:`) === phrase;
  return true;
}

// `data-with` names what a choice goes together with in a list.
function valueOf(field) {
  if ("number" in field.dataset) return Number(field.value);
  if (field.dataset.with) return [field.dataset.with, field.value];
  return field.value.trim();
}

// A button inside [data-fields] sends the fields there along.
function bodyOf(button) {
  const body = button.dataset.body && JSON.parse(button.dataset.body);
  const fields = button.closest("[data-fields]")?.querySelectorAll("[name]");
  if (!fields) return body;
  return { ...body, ...Object.fromEntries([...fields].map((one) => [one.name, valueOf(one)])) };
}

function note(id, text) {
  const place = document.getElementById(id);
  if (!place) return;
  place.textContent = text;
  place.hidden = !text;
}

async function send(button) {
  const { send: method, address, then, refresh, say } = button.dataset;
  if (!isMeant(button.dataset)) return;
  note("problem", "");
  note("answer", "");
  const removesPage = method === "DELETE" && then; // its parts must not be asked for any more
  if (removesPage) document.dispatchEvent(new CustomEvent("leaving"));
  try {
    const answer = await busy(button, () => ask(method, address, bodyOf(button)));
    const failed = failureIn(answer);
    if (failed) throw new Error(failed);
    button.dispatchEvent(new CustomEvent("answered", { bubbles: true, detail: answer }));
    if (say !== undefined) note("answer", say || answer.message);
    if (then) location.assign(then.replace("{id}", () => encodeURIComponent(answer.id)));
  } catch (refusal) {
    if (removesPage) document.dispatchEvent(new CustomEvent("staying"));
    note("problem", refusal.message);
    document.getElementById("problem").scrollIntoView({ block: "nearest" });
  }
  for (const name of refresh?.split(" ") ?? []) document.body.dispatchEvent(new CustomEvent(`refresh-${name}`));
}

// Calls that do several things answer what became of each.
function failureIn(answer) {
  if (answer?.success === false) return answer.message || "That did not work.";
  if (answer?.ok !== false) return "";
  const failed = Object.entries(answer.results ?? {}).filter(([, result]) => result !== "ok");
  return answer.error || failed.map(([name, result]) => `${name}: ${result}`).join(" · ") || "That did not work.";
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-send]");
  if (button) send(button);
});
