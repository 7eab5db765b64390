// Messages that were set aside: the API is asked once the page stands, for queues take their time.
import { ask, element } from "./api.js";
const place = document.querySelector("[data-dead-letters]");

async function show() {
  try {
    const { dead_letters: letters, counts } = await ask("GET", place.dataset.deadLetters);
    const queues = Object.entries(counts).filter(([, count]) => count);
    if (queues.length) place.replaceChildren(...queues.map((one) => section(one, letters)));
    else place.replaceChildren(element("p", "Nothing was set aside.", "empty"));
  } catch (problem) {
    place.replaceChildren(element("p", problem.message, "note bad"));
  }
}

function section([queue, count], letters) {
  const box = element("div", "", "card stack");
  const head = element("div", "", "line");
  head.append(element("span", `${queue}: ${count}`, "name"), redriveButton(queue));
  const list = element("ul", "", "checks");
  list.append(...letters.filter((one) => one.queue === queue).map(item));
  box.append(head, list);
  return box;
}

function item(letter) {
  const made = element("li");
  made.append(element("p", letter.reason ?? "No worker lived to say why.", "message"));
  if (letter.body.job_id) {
    const link = element("a", "its job");
    link.href = `/jobs/${encodeURIComponent(letter.body.job_id)}`;
    made.append(link);
  }
  const { job_id: _, ...rest } = letter.body;
  made.append(element("code", JSON.stringify(rest), "path"));
  return made;
}

function redriveButton(queue) {
  const button = element("button", "Try again", "quiet");
  Object.assign(button, { type: "button", ariaLabel: `Try again what ${queue} set aside` });
  Object.assign(button.dataset, { send: "POST", address: "/api/v1/dead-letters/redrive", body: JSON.stringify({ queue }) });
  Object.assign(button.dataset, { refresh: "dead_letters job_list", say: "They get a fresh start." });
  return button;
}

show();
document.body.addEventListener("refresh-dead_letters", show);
