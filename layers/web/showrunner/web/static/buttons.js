// Buttons that call the API: what and where is in their data attributes.
const { ask, busy } = await import(document.getElementById("api-script").href);

function isMeant({ confirm, phrase }) {
  if (confirm) return window.confirm(confirm);
  if (phrase) return window.prompt(`This loses data. Type "${phrase}" to go on:`) === phrase;
  return true;
}

async function send(button) {
  const { send: method, address, body, then, refresh } = button.dataset;
  if (!isMeant(button.dataset)) return;
  const problem = document.getElementById("problem");
  problem.hidden = true;
  try {
    const answer = await busy(button, () => ask(method, address, body && JSON.parse(body)));
    const failed = failureIn(answer);
    if (failed) throw new Error(failed);
    if (then) location.assign(then);
  } catch (refusal) {
    problem.textContent = refusal.message;
    problem.hidden = false;
    problem.scrollIntoView({ block: "nearest" });
  }
  if (refresh) document.body.dispatchEvent(new CustomEvent(`refresh-${refresh}`));
}

// Calls that do several things answer what became of each.
function failureIn(answer) {
  if (answer?.ok !== false) return "";
  const failed = Object.entries(answer.results ?? {}).filter(([, result]) => result !== "ok");
  return answer.error || failed.map(([name, result]) => `${name}: ${result}`).join(" · ") || "That did not work.";
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-send]");
  if (button) send(button);
});
