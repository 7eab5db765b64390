// A form that is sent to the API as JSON, with its rows, and a connection's with its Test.
import { ask, busy, element } from "./api.js";
const form = document.querySelector("form[data-address]");

// ------------------------------------------------------------ from fields to JSON
function valueOf(field) {
  if ("checks" in field.dataset) return [...field.querySelectorAll("input:checked")].map((one) => one.value);
  if (field.type === "checkbox") return field.checked;
  const text = field.type === "password" ? field.value : field.value.trim();
  if (field.dataset.list) return text.split(field.dataset.list).map((word) => word.trim()).filter(Boolean);
  if (text === "") return field.dataset.empty === "null" ? null : text;
  return field.type === "number" || "number" in field.dataset ? Number(text) : text;
}

function isChanged(field) {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") {
    const chosen = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
    return field.value !== chosen.value;
  }
  return field.value !== field.defaultValue;
}

function put(body, path, value) {
  const names = path.split(".");
  const last = names.pop();
  for (const name of names) body = body[name] ??= {};
  body[last] = value;
}

function rowsOf(list) {
  return [...list.querySelectorAll("[data-row]")].map((row) => {
    const cells = [...row.querySelectorAll("[data-cell]")];
    return Object.fromEntries(cells.map((cell) => [cell.dataset.cell, valueOf(cell)]));
  });
}

const lists = [...(form.querySelectorAll("[data-rows]"))];
const rowsBefore = new Map(lists.map((list) => [list, JSON.stringify(rowsOf(list))]));

// A name that begins with a dash is the form's own business.
function isSent(field) {
  if (field.disabled || field.name.startsWith("-")) return false;
  const saysNothing = field.value === "" && field.tagName !== "SELECT" && !("empty" in field.dataset);
  return ("always" in field.dataset || isChanged(field)) && !saysNothing;
}

// Only what was changed is sent: the rest stays what it is, or its default.
function changedBody() {
  const body = {};
  for (const field of form.querySelectorAll("[name]")) if (isSent(field)) put(body, field.name, valueOf(field));
  for (const choice of form.querySelectorAll("select[data-merge]")) {
    if (form.dataset.method === "POST" || isChanged(choice)) Object.assign(body, JSON.parse(choice.selectedOptions[0].dataset.body));
  }
  for (const list of lists) {
    const rows = rowsOf(list);
    if (JSON.stringify(rows) !== rowsBefore.get(list)) put(body, list.dataset.rows, rows);
  }
  return body;
}

// ------------------------------------------------------------ refusals beside their fields
function placeOf(name) {
  const known = [...form.querySelectorAll("[data-problem]")];
  const own = known.find((place) => place.dataset.problem === name);
  if (own) return own;
  for (const list of lists) {
    if (!name.startsWith(`${list.dataset.rows}.`)) continue;
    const [index, cell] = name.slice(list.dataset.rows.length + 1).split(".");
    const row = list.querySelectorAll("[data-row]")[Number(index)];
    const found = row?.querySelector(`[data-cell-problem="${CSS.escape(cell ?? "value")}"]`);
    if (found) return found;
  }
  const near = (place) => place.dataset.problem.startsWith(`${name}.`) || name.startsWith(`${place.dataset.problem}.`);
  return known.find(near);
}

function inputOf(place) {
  return form.querySelector(`[aria-describedby="${CSS.escape(place.id || "-")}"]`) ?? place.previousElementSibling?.querySelector("input");
}

function clearProblems() {
  for (const place of form.querySelectorAll(".problem, [data-form-problem]")) place.hidden = true;
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
}

function showRefusal(refusal) {
  const rest = [];
  let first = null;
  for (const { field, problem } of refusal.fields) {
    const place = placeOf(field.replace(/^body\./, ""));
    if (!place || place.parentElement.closest("[hidden]")) {
      rest.push(field === "body" ? problem : `${field}: ${problem}`);
      continue;
    }
    place.textContent = problem;
    place.hidden = false;
    place.closest("details")?.setAttribute("open", "");
    const input = inputOf(place);
    input?.setAttribute("aria-invalid", "true");
    first ??= input;
  }
  const general = form.querySelector("[data-form-problem]");
  general.hidden = refusal.fields.length > 0 && rest.length === 0;
  general.textContent = rest.join(" · ") || refusal.message;
  (first ?? general).focus();
}

// ------------------------------------------------------------ saving and testing
async function save(event) {
  event.preventDefault();
  clearProblems();
  const body = changedBody();
  if (form.dataset.method === "POST" && form.dataset.kind) body.type = form.dataset.kind;
  try {
    const saved = await busy(form.querySelector("[type=submit]"), () => ask(form.dataset.method, form.dataset.address, body));
    location.assign(form.dataset.then.replace("{id}", () => encodeURIComponent(saved.id)));
  } catch (refusal) {
    showRefusal(refusal);
  }
}

async function test(event) {
  clearProblems();
  const body = { ...changedBody(), type: form.dataset.kind };
  if (form.dataset.id) body.id = form.dataset.id;
  const place = form.querySelector("[data-tested]");
  place.hidden = false;
  place.replaceChildren(element("p", "Asking the server ..."));
  try {
    showTested(place, await busy(event.target, () => ask("POST", event.target.dataset.test, body)));
  } catch (refusal) {
    place.hidden = true;
    showRefusal(refusal);
  }
}

function showTested(place, answer) {
  const head = element("p", "", "line");
  head.append(element("span", answer.success ? "answers" : "fails", `state ${answer.success ? "good" : "bad"}`));
  const who = answer.server_name ? `${answer.server_name}, version ${answer.version}` : "";
  head.append(element("span", who || answer.message || "", "name"));
  place.replaceChildren(head);
  if (who && answer.message) place.append(element("p", answer.message, "message"));
  const list = element("ul", "", "samples");
  for (const sample of answer.samples) list.append(sampleLine(sample));
  if (answer.samples.length) place.append(list);
  else if (answer.libraries.length) place.append(element("p", `Libraries: ${answer.libraries.map((one) => one.name).join(", ")}`));
}

function sampleLine(sample) {
  const item = element("li");
  const head = element("p", "", "line");
  head.append(element("span", sample.library_name, "name"));
  const [word, tone] = sample.visible ? ["this machine sees it", "good"] : sample.remote_path ? ["not seen here", "bad"] : ["empty", "calm"];
  head.append(element("span", word, `state ${tone}`));
  item.append(head);
  if (sample.remote_path) item.append(element("code", sample.remote_path, "path"));
  if (sample.local_path && sample.local_path !== sample.remote_path) item.append(element("code", `here: ${sample.local_path}`, "path"));
  if (sample.reason) item.append(element("p", sample.reason, "message"));
  return item;
}

// ------------------------------------------------------------ fields that another one asks for
function showAsked() {
  for (const place of form.querySelectorAll("[data-shown-for]")) {
    const { shownFor, shownValue } = place.dataset;
    place.hidden = form.elements[shownFor].value !== shownValue;
    for (const field of place.querySelectorAll("input, select")) field.disabled = place.hidden;
  }
}

// ------------------------------------------------------------ rows
function addRow(button) {
  const list = button.closest("[data-rows]");
  button.before(list.querySelector("template").content.cloneNode(true));
  [...list.querySelectorAll("[data-row]")].at(-1).querySelector("input, select").focus();
}

function removeRow(button) {
  const list = button.closest("[data-rows]");
  button.closest("[data-row]").remove();
  list.querySelector("[data-add-row]").focus();
}

form.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  if ("addRow" in button.dataset) addRow(button);
  if ("removeRow" in button.dataset) removeRow(button);
});
form.addEventListener("submit", save);
form.addEventListener("change", ({ target }) => "shows" in target.dataset && showAsked());
form.querySelector("[data-test]")?.addEventListener("click", test);
showAsked();
// A masked key is replaced as a whole, not written on.
form.addEventListener("focusin", ({ target }) => target.type === "password" && target.value === "****" && target.select());
form.dataset.ready = "";
