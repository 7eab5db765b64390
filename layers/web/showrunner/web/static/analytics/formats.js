// How numbers, times and the API's words read.
const number = new Intl.NumberFormat();
const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });
const HOUR_SECONDS = 3600;

const WORDS = new Map(
  Object.entries({
    plays: "plays",
    watch_seconds: "hours watched",
    movie: "films",
    episode: "episodes",
    track: "music",
    direct_play: "direct play",
    direct_stream: "direct stream",
    transcode: "transcoding",
    "(others)": "others",
    all: "all together",
    plex: "Plex",
    emby: "Emby",
    jellyfin: "Jellyfin",
    text: "text",
    hardware: "a graphics chip",
    software: "the processor",
    local: "at home",
    remote: "elsewhere",
  }),
);
export const UNKNOWN = "unknown";

// The chart library keeps texts as keys of plain objects: a device called `constructor` would break
// it. A mark that nobody sees (word joiner) makes it another text.
const plain = (text) => (text in Object.prototype ? `${text}\u2060` : text);

// What the API's value is called; null is what nobody said.
export const word = (name) =>
  name === null || name === undefined ? UNKNOWN : (WORDS.get(name) ?? plain(String(name)));
export const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
export const count = (value) => number.format(Math.round(value * 100) / 100);
export const short = (value) => compact.format(value);
export const share = (value) => (value === null || value === undefined ? UNKNOWN : percent.format(value));
export const hoursOf = (seconds) => seconds / HOUR_SECONDS;
export const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

// 40 s, 25 min, 12.5 h, 1,234 h.
export function span(seconds) {
  if (seconds === null || seconds === undefined) return UNKNOWN;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < HOUR_SECONDS) return `${Math.round(seconds / 60)} min`;
  const hours = hoursOf(seconds);
  return `${number.format(hours < 100 ? Math.round(hours * 10) / 10 : Math.round(hours))} h`;
}

// A value in the API's unit as people say it.
export function measured(value, unit) {
  if (value === null || value === undefined) return "";
  if (unit === "seconds") return span(value);
  if (unit === "share") return share(value);
  if (unit === "percent") return share(value / 100);
  if (unit === "bytes") return bytes(value);
  if (unit === "kilobits_per_second") return `${count(value / 1000)} Mbit/s`;
  return count(value);
}

export function bytes(value) {
  if (value === null || value === undefined) return UNKNOWN;
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${count(Math.round((value / 1000 ** power) * 10) / 10)} ${units[power]}`;
}

// A category of a chart: a day, a month, an hour, a weekday, or a name.
export function category(text, isLong = false) {
  const day = /^(\d{4})-(\d\d)(?:-(\d\d))?$/.exec(text ?? "");
  if (!day) return word(text);
  const date = new Date(Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3] ?? 1)));
  const parts = day[3] ? { day: "numeric", month: "short" } : { month: "short", year: "numeric" };
  if (isLong && day[3]) Object.assign(parts, { weekday: "short", year: "numeric" });
  return date.toLocaleDateString(undefined, { ...parts, timeZone: "UTC" });
}

// The words of an axis: of more than a year of days, their months and years.
export function categories(texts) {
  const [first, last] = [Date.parse(texts[0]), Date.parse(texts.at(-1))];
  const isLong = /^\d{4}-\d\d-\d\d$/.test(texts[0] ?? "") && last - first > 400 * 86_400_000;
  return texts.map((text) => sentence(weekday(text) === text ? category(isLong ? text.slice(0, 7) : text) : weekday(text)));
}

// A moment as a day by the clock of the answer's time zone.
export function day(iso, timeZone) {
  const parts = { day: "numeric", month: "short", year: "numeric" };
  try {
    return new Date(iso).toLocaleDateString(undefined, { ...parts, timeZone });
  } catch {
    return new Date(iso).toLocaleDateString(undefined, parts); // a zone that this browser does not know
  }
}

// The API's weekdays and their short names in the reader's language.
const MONDAY_MS = Date.UTC(2024, 0, 1);
const ENGLISH = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
export function weekday(name) {
  const place = ENGLISH.indexOf(name);
  if (place < 0) return word(name);
  return new Date(MONDAY_MS + place * 86_400_000).toLocaleDateString(undefined, { weekday: "short", timeZone: "UTC" });
}
