// What is asked for, as it stands in the page's address; links to the same with a change.
const place = document.getElementById("analytics");
export const FILTERS = place.dataset.filters.split(" ");
const RANGE = ["days", "since", "before", "time_zone"];
const OWN = ["section", "measure", "year"];
const NAMES = [...OWN, ...RANGE, ...FILTERS];
const USUAL_DAYS = "30";
const DAY_MS = 86_400_000;
const YEAR_DAYS = 365;

export function read() {
  const given = new URLSearchParams(location.search);
  const query = new URLSearchParams();
  for (const name of NAMES) for (const value of given.getAll(name)) if (value) query.append(name, value);
  return query;
}

// The address with other values for some names; null leaves a name out.
export function link(changes, query = read()) {
  const made = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    made.delete(name);
    for (const one of Array.isArray(value) ? value : [value]) if (one !== null && one !== "") made.append(name, one);
  }
  return `${location.pathname}${made.size ? `?${made}` : ""}`;
}

// "30", "all", or null where dates are given.
export function days(query = read()) {
  if (query.has("since") || query.has("before")) return null;
  const given = query.get("days") ?? USUAL_DAYS;
  return given === "all" || /^[1-9]\d{0,4}$/.test(given) ? given : USUAL_DAYS;
}

export const measure = (query = read()) => (query.get("measure") === "watch_seconds" ? "watch_seconds" : "plays");

export const isFiltered = (query = read()) => FILTERS.some((name) => query.has(name));

// Days are the reader's own, unless the address says another place.
function timeZone(query = read()) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return query.get("time_zone") ?? (own && own !== "Etc/Unknown" ? own : "");
}

// Who watched, on what and how, is nothing that a library's items have.
const OF_PLAYS = new Set(
  `people platforms players products decisions resolutions delivered_video_codecs delivered_audio_codecs
  containers is_local is_watched`.split(/\s+/),
);

// The parameters of the API: filters, the range, and the question's own. A range of null is all time.
export function parameters(extra = {}, range = undefined, isOfItems = false) {
  const query = read();
  const made = new URLSearchParams();
  for (const name of FILTERS.filter((one) => !(isOfItems && OF_PLAYS.has(one)))) for (const value of query.getAll(name)) made.append(name, value);
  for (const [name, value] of Object.entries(range === undefined ? present(query) : (range ?? {}))) if (value) made.set(name, value);
  const zone = timeZone(query);
  if (zone) made.set("time_zone", zone);
  for (const [name, value] of Object.entries(extra)) made.set(name, value);
  return made;
}

function present(query) {
  const number = days(query);
  if (number) return number === "all" ? {} : { days: number };
  return { since: query.get("since"), before: query.get("before") };
}

// The value of a filter that has exactly one, and `without` none; else null.
export function only(name, without = null) {
  const query = read();
  const values = query.getAll(name);
  return values.length === 1 && !(without && query.has(without)) ? values[0] : null;
}

export const withoutFilters = () => link(Object.fromEntries([...FILTERS, "time_zone"].map((name) => [name, null])));

// The year that ends with the range: for what a month does not show.
export function lastYear(query = read()) {
  const before = days(query) ? null : query.get("before");
  const end = Date.parse(before ?? "");
  return Number.isNaN(end) ? { days: YEAR_DAYS } : { before, since: new Date(end - YEAR_DAYS * DAY_MS).toISOString().slice(0, 10) };
}

// How many days the range has; null: nobody knows before the answer.
export function length(query = read()) {
  const number = days(query);
  if (number) return number === "all" ? null : Number(number);
  const [since, before] = [Date.parse(query.get("since")), query.has("before") ? Date.parse(query.get("before")) : Date.now()];
  return Number.isNaN(since) || Number.isNaN(before) ? null : Math.max(1, Math.round((before - since) / DAY_MS));
}

// Bars that can be told apart: by day up to a quarter, by week up to two years, else by month.
export function grain(dayCount = length(), mostDays = 100) {
  if (dayCount === null) return "month";
  return dayCount <= mostDays ? "day" : dayCount <= 8 * mostDays ? "week" : "month";
}
