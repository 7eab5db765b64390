// The panels of what was played most, longest, or by most people.
import { measure } from "./address.js";
import { element } from "./api.js";
import { count, span, word } from "./formats.js";
import { bars } from "./lists.js";

const ORDERS = [
  ["plays", "by plays"],
  ["watch_seconds", "by hours"],
  ["people", "by people"],
];
const LENGTH = 10;
const pad = (number) => String(number).padStart(2, "0");

// The filter that a line leads to: its name in the address and the value.
const FILTERS = {
  movies: ({ name }) => ["titles", name],
  shows: ({ name }) => ["series", name],
  artists: ({ name }) => ["series", name],
  people: ({ id }) => ["people", id],
  libraries: ({ name }) => ["libraries", name],
  servers: ({ id }) => ["servers", id],
  platforms: ({ name }) => ["platforms", name],
  players: ({ name }) => ["players", name],
  products: ({ name }) => ["products", name],
};

function about(of, entry) {
  if (of === "episodes") return [entry.series_title, code(entry)].filter(Boolean).join(" · ");
  return entry.year ? String(entry.year) : (entry.server ?? "");
}

export function code({ season_number: season, episode_number: episode }) {
  return season === null || episode === null ? "" : `S${pad(season)}E${pad(episode)}`;
}

export function filterOf(of, entry) {
  const [name, value] = FILTERS[of]?.(entry) ?? [];
  return value ? [name, value] : null;
}

const NUMBERS = {
  plays: ({ plays }) => count(plays),
  watch_seconds: ({ watch_seconds: seconds }) => span(seconds),
  people: ({ people }) => count(people),
};

// Entries of a list with bars, by a number of them.
export function entryBars(entries, of, order) {
  return bars(
    entries.map((entry) => ({
      name: entry.name,
      about: about(of, entry),
      value: entry[order],
      text: NUMBERS[order](entry),
      filter: filterOf(of, entry),
    })),
    { isRanked: true },
  );
}

export function top(of, title) {
  const isOfPeople = of === "people";
  return {
    name: `top-${of}`,
    title,
    switches: { order: isOfPeople ? ORDERS.slice(0, 2) : ORDERS },
    usual: () => measure(),
    load: (ask, { order }) => ask("lists/top", { of, order, limit: LENGTH }),
    isEmpty: ({ entries }) => entries.length === 0,
    show: (body, answer, { order }) => show(body, answer, { of, order, title }),
  };
}

function show(body, { entries, count: all }, { of, order, title }) {
  body.append(entryBars(entries, of, order));
  if (all > entries.length) body.append(element("p", `The first ${entries.length} of ${count(all)}.`, "faint"));
  return {
    caption: title,
    head: ["", "Plays", "Watched", ...(of === "people" ? [] : ["People"])],
    rows: entries.map((entry) => [
      [word(entry.name), about(of, entry)].filter(Boolean).join(", "),
      count(entry.plays),
      span(entry.watch_seconds),
      ...(of === "people" ? [] : [count(entry.people)]),
    ]),
  };
}
