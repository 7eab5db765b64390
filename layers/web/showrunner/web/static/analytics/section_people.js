// People: who watches, who comes back, who shares a taste, and what they watch with.
import { grain, lastYear, length, measure } from "./address.js";
import { colour } from "./draw.js";
import { category, count, plural, share, span, word } from "./formats.js";
import { bars, tiles } from "./lists.js";
import { picture } from "./panels.js";
import { heat, series } from "./pictures.js";
import { PLACES } from "./places.js";
import { PERSON } from "./profiles.js";
import { top } from "./top_lists.js";
import { PARTIES } from "./viewing.js";

const WEEKS_UNTIL_DAYS = 130;
const periods = () => (length() !== null && length() <= WEEKS_UNTIL_DAYS ? "week" : "month");

function retention(body, { chart, average, cohorts, unnamed_plays: unnamed }) {
  const known = average.map((value, place) => ({ value, place })).filter(({ value }) => value !== null);
  const [next, last] = [known.find(({ place }) => place === 1), known.at(-1)];
  body.append(
    tiles([
      { name: "People", text: count(cohorts.reduce((all, { people }) => all + people, 0)) },
      next && { name: "Back in the next month", text: share(next.value) },
      last && last.place > 1 && { name: `Back after ${last.place} months`, text: share(last.value) },
      unnamed > 0 && { name: "Plays that name nobody", text: count(unnamed) },
    ]),
  );
  return picture(
    body,
    heat(chart, "Who comes back", {
      isTold: true,
      columnWords: (period) => (period === "0" ? "first" : `+${period}`),
      rowWords: (name) => `${category(name)} (${cohorts.find((one) => one.name === name)?.people ?? 0})`,
    }),
    "tall",
  );
}

function overlap(body, { chart, pairs }) {
  const numbers = picture(body, heat(chart, "Shared taste", { isTold: true, columnWords: word, rowWords: word }));
  body.append(
    bars(
      pairs.slice(0, 5).map(({ first, second, shared, jaccard, examples }) => ({
        name: `${word(first.name)} and ${word(second.name)}`,
        value: jaccard,
        text: `${share(jaccard)}, ${plural(shared, "title")}`,
        tone: "chart-4",
        about: examples
          .slice(0, 3)
          .map(({ name }) => name)
          .join(", "),
      })),
    ),
  );
  return numbers;
}

function devices(body, { mains, flows }) {
  const numbers = picture(body, series(mains, "What people watch with"));
  if (flows.length)
    body.append(
      bars(
        flows.slice(0, 5).map(({ earlier, later, people, moves }) => ({
          name: `${earlier} → ${later}`,
          value: moves,
          text: plural(moves, "move"),
          about: plural(people, "person", "people"),
          tone: "chart-6",
        })),
      ),
    );
  return numbers;
}

const ORDERS = [
  ["watch_seconds", "by hours"],
  ["plays", "by plays"],
  ["active_days", "by days"],
  ["longest_streak_days", "by streak"],
];
const ORDER_WORDS = {
  watch_seconds: span,
  plays: (value) => plural(value, "play"),
  active_days: (value) => plural(value, "day"),
  longest_streak_days: (value) => `${plural(value, "day")} in a row`,
};

function engagement(body, { people, active, chart, count: all }, { order }) {
  body.append(
    tiles([
      { name: "People", text: count(all) },
      ...active.map(({ by, average, peak }) => ({
        name: `Active in a ${by}`,
        text: count(Math.round(average * 10) / 10),
        about: `at most ${count(peak)}`,
      })),
    ]),
  );
  const numbers = picture(body, series(chart, "Who is active", { colours: () => colour("chart-3") }));
  body.append(
    bars(
      people.map((one) => ({
        name: one.person,
        value: one[order] ?? 0,
        text: ORDER_WORDS[order](one[order]),
        tone: "chart-3",
        filter: one.person_id ? ["people", one.person_id] : null,
        about: [
          plural(one.active_days, "day"),
          plural(one.titles, "title"),
          one.completion !== null && `${share(one.completion)} to the end`,
        ]
          .filter(Boolean)
          .join(" · "),
      })),
    ),
  );
  return numbers;
}

export const PANELS = [
  PERSON,
  top("people", "People"),
  {
    name: "people-over-time",
    title: "People over time",
    isEmpty: ({ totals }) => totals.plays === 0,
    load: (ask) => ask("plays/over-time", { by: grain(), split: "people", measure: measure(), limit: 7 }),
    show: (body, { chart }) => picture(body, series(chart, "People over time")),
  },
  {
    name: "engagement",
    title: "Who is active",
    switches: { order: ORDERS },
    table: "people",
    load: (ask, { order }) => ask("viewing/engagement", { order, by: grain(), limit: 8 }),
    isEmpty: ({ count: all }) => all === 0,
    show: engagement,
  },
  PARTIES,
  {
    name: "retention",
    title: "Who comes back",
    table: "chart",
    size: "whole",
    hint: "The last year: people by the month in which they first watched anything, and how many of them watched in each later one.",
    load: (ask) => ask("people/retention", { by: "month", limit: 18 }, length() === null ? undefined : lastYear()),
    nothing: "Nobody watched for the first time in this year.",
    isEmpty: ({ cohorts }) => cohorts.length === 0,
    show: retention,
  },
  {
    name: "overlap",
    title: "Shared taste",
    table: "chart",
    hint: "How much of what either of two people watched both did.",
    load: (ask) => ask("people/overlap", { limit: 10 }),
    isEmpty: ({ pairs }) => pairs.length === 0,
    show: overlap,
  },
  {
    name: "devices",
    title: "What people watch with",
    hint: "By what each person used most, week by week or month by month.",
    switches: {
      of: [
        ["platforms", "platforms"],
        ["devices", "devices"],
        ["products", "apps"],
      ],
    },
    load: (ask, { of }) => ask("people/device-migration", { of, by: periods(), limit: 7 }),
    isEmpty: ({ mains }) => mains.series.length === 0,
    show: devices,
  },
  ...PLACES,
];
