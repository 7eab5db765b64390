// Keeps the parts of a room as they are now: told by server-sent events, else by asking.
const POLL_MS = 5000;
const SILENT_AFTER_MS = 40000; // longer than any answer of /stream takes
const { room, parts } = document.body.dataset;
const everyPart = parts.trim().split(" ");
const sign = document.getElementById("live");
let seen = document.body.dataset.seen;
let source = null;
let heardAt = Date.now();
let isLeaving = false;

function say(words, state) {
  sign.dataset.state = state;
  if (sign.textContent !== words) sign.textContent = words;
}

function refresh(names) {
  for (const name of names) document.body.dispatchEvent(new CustomEvent(`refresh-${name}`));
}

function listen() {
  if (!window.EventSource || isLeaving) return;
  source = new EventSource(`/stream?room=${room}&since=${encodeURIComponent(seen)}`);
  source.onopen = () => {
    heardAt = Date.now();
    say("Live", "live");
  };
  source.addEventListener("activity", (event) => {
    seen = event.lastEventId;
    refresh(JSON.parse(event.data));
  });
}

function isHeard() {
  return source?.readyState < 2 && Date.now() - heardAt < SILENT_AFTER_MS; // 2: it gave up
}

function pollIfSilent() {
  if (document.hidden || isLeaving || isHeard()) return;
  say("Checking every 5 s", "polling");
  refresh(everyPart);
  if (!source || source.readyState === 2) listen();
}

document.addEventListener("visibilitychange", () => {
  source?.close(); // nobody looks: spare the server
  if (document.hidden) return;
  refresh(everyPart);
  heardAt = Date.now();
  listen();
});
document.addEventListener("leaving", () => {
  isLeaving = true;
  source?.close();
});
document.addEventListener("staying", () => {
  isLeaving = false;
  listen();
});
document.addEventListener("htmx:error", () => say("No connection, trying again", "lost"));
setInterval(pollIfSilent, POLL_MS);
listen();
