// Titles: what is played, what is watched to the end and where people stop.
import { grain, length, measure } from "./address.js";
import { element } from "./api.js";
import { count, measured, share, word } from "./formats.js";
import { colour } from "./draw.js";
import { bars, tiles } from "./lists.js";
import { picture } from "./panels.js";
import { ranks, series } from "./pictures.js";
import { TITLE } from "./profiles.js";
import { filterOf, top } from "./top_lists.js";
import { BINGES, FLOW, PAUSES, RECENTLY } from "./viewing.js";

const KINDS = [
  ["shows", "of shows"],
  ["movies", "of films"],
  ["artists", "of music"],
  ["people", "of people"],
  ["platforms", "of platforms"],
];
const UNITS = { plays: "plays", watch_seconds: "seconds" };
const isNothing = ({ overall }) => overall.plays === 0;
const completion = (ask) => ask("viewing/completion", { limit: 10 });

function finished(body, { overall, media_types: types, unknown_plays: unknown }) {
  body.append(
    tiles([
      { name: "Watched to the end", text: share(overall.share), about: `${count(overall.completed)} of ${count(overall.plays)} plays` },
      overall.average_percent !== null && { name: "Seen on average", text: share(overall.average_percent / 100) },
      unknown > 0 && { name: "How far is unknown", text: count(unknown), about: "plays" },
    ]),
  );
  body.append(
    bars(
      types
        .filter(({ name }) => name)
        .map(({ name, share: part, completed, plays }) => ({
          name: word(name),
          value: part,
          text: share(part),
          about: `${count(completed)} of ${count(plays)}`,
          filter: ["media_types", name],
        })),
    ),
  );
  return {
    caption: "Watched to the end",
    head: ["", "Plays", "To the end", "Share", "Seen on average"],
    rows: [...types, overall].map((one) => [
      one === overall ? "all together" : word(one.name),
      count(one.plays),
      count(one.completed),
      share(one.share),
      one.average_percent === null ? "" : share(one.average_percent / 100),
    ]),
  };
}

function dropOff(body, { drop_off: steps }) {
  const chart = {
    unit: "plays",
    categories: steps.map(({ from_percent: from, to_percent: to }) => `${from}–${to} %`),
    series: [{ name: "stopped there", data: steps.map(({ plays }) => plays) }],
  };
  return picture(body, series(chart, "Where people stop", { colours: () => colour("chart-2") }));
}

// Where each stands now, and how many places it rose or fell since the days before.
function movement({ rank, earlier_rank: before, places }) {
  if (before === null) return Object.assign(element("span", "new", "state busy"), { title: "not there before" });
  const sign = places > 0 ? `▲ ${places}` : places < 0 ? `▼ ${-places}` : "=";
  return Object.assign(element("span", sign, `state ${places > 0 ? "good" : places < 0 ? "bad" : "calm"}`), {
    title: `was #${before}, is #${rank}`,
  });
}

function movements(body, { movements: all, gone }, { of }) {
  const order = measure();
  body.append(
    bars(
      all.map((one) => ({
        name: one.entry.name,
        about: one.earlier[order] ? `${measured(one.earlier[order], UNITS[order])} before` : "",
        value: one.entry[order],
        text: `${measured(one.entry[order], UNITS[order])} `,
        mark: movement(one),
        filter: filterOf(of, one.entry),
      })),
      { isRanked: true },
    ),
  );
  if (gone.length)
    body.append(
      element(
        "p",
        `No more: ${gone
          .map(({ name }) => name)
          .filter(Boolean)
          .slice(0, 5)
          .join(", ")}.`,
        "faint",
      ),
    );
  return {
    caption: "Against the days before",
    head: ["", "Rank", "Rank before", "Now", "Before"],
    rows: all.map(({ entry, rank, earlier_rank: before, earlier }) => [
      word(entry.name),
      count(rank),
      before === null ? "new" : count(before),
      measured(entry[order], UNITS[order]),
      measured(earlier[order], UNITS[order]),
    ]),
  };
}

export const PANELS = [
  TITLE,
  RECENTLY,
  top("movies", "Films"),
  top("shows", "Shows"),
  top("episodes", "Episodes"),
  top("artists", "Music"),
  {
    name: "movements",
    title: "Against the days before",
    table: "movements",
    switches: { of: KINDS },
    isEmpty: ({ movements: all }) => all.length === 0,
    load: (ask, { of }) => ask("plays/comparison", { of, order: measure(), limit: 8 }),
    show: movements,
  },
  {
    name: "ranks",
    title: "Ranks",
    size: "whole",
    table: "chart",
    switches: { of: KINDS },
    load: (ask, { of }) => ask("plays/ranks", { of, by: grain(length(), 14), measure: measure(), limit: 8 }),
    isEmpty: ({ entries }) => entries.length === 0,
    show: (body, { chart }) => picture(body, ranks(chart, "Ranks")),
  },
  { name: "completion", title: "Watched to the end", load: completion, isEmpty: isNothing, show: finished },
  {
    name: "drop-off",
    title: "Where people stop",
    table: "drop_off",
    hint: "Plays that were not watched to the end, by how far they came.",
    load: completion,
    nothing: "Nothing was left before its end, as far as is known.",
    isEmpty: ({ drop_off: steps }) => steps.every(({ plays }) => plays === 0),
    show: dropOff,
  },
  {
    name: "abandoned",
    title: "Left most often",
    load: completion,
    nothing: "Nothing was left before its end, as far as is known.",
    isEmpty: ({ most_abandoned: all }) => all.length === 0,
    show: (body, { most_abandoned: all }) =>
      void body.append(
        bars(
          all.map(({ name, year, abandoned, plays }) => ({
            name,
            about: year ? String(year) : "",
            value: abandoned,
            text: `${count(abandoned)} of ${count(plays)}`,
            tone: "chart-2",
          })),
          { isRanked: true },
        ),
      ),
  },
  {
    name: "pilots",
    title: "First episodes that lose people",
    load: completion,
    nothing: "No first episode lost anybody in these days.",
    isEmpty: ({ pilots }) => pilots.every(({ drop_off: lost }) => lost === 0),
    show: (body, { pilots }) =>
      void body.append(
        bars(
          pilots
            .filter(({ drop_off: lost }) => lost > 0)
            .map(({ name, people, stayed, drop_off: lost }) => ({
              name,
              about: `${count(stayed)} of ${count(people)} went on`,
              value: lost,
              text: share(lost),
              tone: "chart-5",
              filter: ["series", name],
            })),
          { isRanked: true },
        ),
      ),
  },
  BINGES,
  PAUSES,
  FLOW,
];
