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
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const hours = Math.floor(whole / 3600);
  return hours < 48 ? `${hours} h ${Math.floor((whole % 3600) / 60)} min` : `${Math.round(hours / 24)} days`;
}

// A moment by the reader's clock: today's by its time alone, another year's with the year.
function at(date, now) {
  const today = new Date(now);
  const time = date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === today.toDateString()) return time;
  const year = date.getFullYear() === today.getFullYear() ? { weekday: "short" } : { year: "numeric" };
  return `${date.toLocaleDateString(undefined, { day: "numeric", month: "short", ...year })}, ${time}`;
}

function showTimes() {
  const now = Date.now() - skewMs;
  for (const time of document.querySelectorAll("time[datetime]")) {
    const date = new Date(time.dateTime);
    const seconds = (now - date.getTime()) / 1000;
    const words = { left: () => left(-seconds), at: () => at(date, now) }[time.dataset.shows]?.() ?? ago(date, seconds);
    if (time.textContent !== words) time.textContent = words;
    time.title = date.toLocaleString();
  }
}

showTimes();
setInterval(showTimes, 1000);
document.addEventListener("htmx:after:swap", showTimes);
