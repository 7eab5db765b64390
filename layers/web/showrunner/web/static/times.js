// Shows every <time> as the reader says it: how long ago, how long still, in local time.
const skewMs = Date.now() - Date.parse(document.body.dataset.now ?? new Date().toISOString());

function ago(date, seconds) {
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return date.toLocaleDateString(undefined, { dateStyle: "medium" });
}

function left(seconds) {
  if (seconds <= 0) return "a moment";
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function showTimes() {
  const now = Date.now() - skewMs;
  for (const time of document.querySelectorAll("time[datetime]")) {
    const date = new Date(time.dateTime);
    const seconds = (now - date.getTime()) / 1000;
    const words = time.dataset.shows === "left" ? left(-seconds) : ago(date, seconds);
    if (time.textContent !== words) time.textContent = words;
    time.title = date.toLocaleString();
  }
}

showTimes();
setInterval(showTimes, 1000);
document.addEventListener("htmx:after:swap", showTimes);
