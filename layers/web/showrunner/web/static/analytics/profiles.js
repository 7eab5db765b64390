// One person, one title, one library: shown above its section while exactly one is asked for.
import { only } from "./address.js";
import { element } from "./api.js";
import { colour } from "./draw.js";
import { bytes, category, count, plural, share, span, weekday } from "./formats.js";
import { bars, tiles } from "./lists.js";
import { picture } from "./panels.js";
import { heat, series } from "./pictures.js";

const DAY_SECONDS = 86_400;
const day = (iso) => (iso ? new Date(iso).toLocaleDateString(undefined, { dateStyle: "medium" }) : "never");
const isNothing = ({ totals }) => totals.plays === 0 && totals.watch_seconds === 0;
const wait = (seconds) => (seconds < 2 * DAY_SECONDS ? span(seconds) : plural(Math.round(seconds / DAY_SECONDS), "day"));

function totals({ totals: { plays, watch_seconds: seconds }, first_played_at: first, last_played_at: last }) {
  return [
    { name: "Plays", text: count(plays) },
    { name: "Watched", text: span(seconds) },
    { name: "Last play", text: day(last), isLong: true, about: first && `the first: ${day(first)}` },
  ];
}

function person(body, answer) {
  const {
    name,
    active_days: active,
    longest_streak: longest,
    current_streak: present,
    places,
    completion,
    most_at_once: atOnce,
    weekday_hours: hours,
  } = answer;
  const known = places.local + places.remote;
  body.append(
    element("h3", name),
    tiles([
      ...totals(answer),
      { name: "Days with plays", text: count(active) },
      longest && { name: "Longest streak", text: plural(longest.days, "day"), about: `from ${category(String(longest.first_day))}` },
      present && { name: "Streak that goes on", text: plural(present.days, "day") },
      { name: "Watched to the end", text: completion.plays ? share(completion.share) : "unknown" },
      known > 0 && { name: "At home", text: share(places.local / known) },
      { name: "Most streams at once", text: count(atOnce) },
    ]),
  );
  return picture(
    body,
    heat(hours, "Hours of the week", { tipTitle: (hour, row) => `${weekday(hours.series[row].name)}, from ${hour}:00` }),
  );
}

// Seasons as rows, episodes as columns; what has no numbers is in the list of episodes alone.
function seasons(episodes) {
  const numbered = episodes.filter(({ season_number: season, episode_number: number }) => season !== null && number !== null);
  const most = Math.max(0, ...numbered.map(({ episode_number: number }) => number));
  const rows = [...new Set(numbered.map(({ season_number: season }) => season))].sort((one, other) => one - other);
  const plays = new Map(numbered.map((one) => [`${one.season_number} ${one.episode_number}`, one.plays]));
  const columns = Array.from({ length: Math.min(most, 60) }, (_, place) => place + 1);
  return {
    unit: "plays",
    categories: columns.map((number) => `E${number}`),
    series: rows.map((season) => ({ name: `S${season}`, data: columns.map((number) => plays.get(`${season} ${number}`) ?? 0) })),
  };
}

function title(body, answer) {
  const { name, year, people_count: people, completion, months, episodes, added_at: added, first_wait_seconds: waited, libraries } = answer;
  body.append(
    element("h3", year ? `${name} (${year})` : name),
    tiles([
      ...totals(answer),
      { name: "People", text: count(people) },
      { name: "Watched to the end", text: completion.plays ? share(completion.share) : "unknown" },
      added && { name: "Came", text: day(added), isLong: true, about: waited === null ? "" : `first watched after ${wait(waited)}` },
      libraries.length > 0 && {
        name: "Libraries that hold it",
        text: count(libraries.length),
        about: bytes(libraries.reduce((all, { held }) => all + held.size_bytes, 0)),
      },
    ]),
  );
  const numbers = picture(body, series(months, "Plays by month"));
  const chart = seasons(episodes);
  if (!chart.series.length) return numbers;
  return picture(
    body,
    heat(chart, "Episodes", {
      rowWords: (season) => season,
      isTold: true,
      tipTitle: (episode, row) => `${chart.series[row].name} ${episode}`,
    }),
    chart.series.length > 6 ? "tall" : "low",
  );
}

function library(body, answer) {
  const { library: name, server, held, idle, held_items: items, people_count: people, people: first } = answer;
  body.append(
    element("h3", [name, server].filter(Boolean).join(" · ")),
    tiles([
      { name: "Items", text: count(held.items), about: bytes(held.size_bytes) },
      ...totals(answer),
      { name: "People", text: count(people) },
      { name: "Never watched", text: share(idle.never_share), about: bytes(idle.never.size_bytes) },
      { name: "Not for a year", text: share(idle.stale_share), about: bytes(idle.stale.size_bytes) },
    ]),
  );
  const numbers = picture(body, series(items, "Items", { kind: "line", colours: () => colour("chart-1") }));
  body.append(
    bars(
      first
        .slice(0, 5)
        .map((one) => ({ name: one.name, value: one.plays, text: plural(one.plays, "play"), filter: one.id ? ["people", one.id] : null })),
    ),
  );
  return numbers;
}

export const PERSON = {
  name: "person",
  title: "Profile",
  size: "whole",
  table: "weekday_hours",
  isFor: () => only("people"),
  isEmpty: isNothing,
  load: (ask) => ask("profiles/person", { limit: 5 }),
  show: person,
};
export const TITLE = {
  name: "title",
  title: "Profile",
  size: "whole",
  table: "months",
  isFor: () => only("titles", "series") ?? only("series", "titles"),
  isEmpty: isNothing,
  load: (ask) => ask("profiles/title", { limit: 5 }),
  show: title,
};
export const LIBRARY = {
  name: "library",
  title: "Profile",
  size: "whole",
  table: "held_items",
  isFor: () => only("libraries"),
  isEmpty: (answer) => isNothing(answer) && answer.held.items === 0,
  load: (ask) => ask("profiles/library", { limit: 5 }),
  show: library,
};
