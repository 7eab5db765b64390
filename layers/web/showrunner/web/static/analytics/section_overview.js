// Overview: the totals, plays over time, the year and the week as heat maps.
import { grain, lastYear, length, measure } from "./address.js";
import { count, measured, plural, share, weekday } from "./formats.js";
import { bars, change, tiles } from "./lists.js";
import { picture } from "./panels.js";
import { heat, series } from "./pictures.js";
import { top } from "./top_lists.js";

const SHORT_DAYS = 130;
const DAY_MS = 86_400_000;
const OVER_TIME = "plays/over-time";
const isNothing = ({ totals }) => totals.plays === 0 && totals.watch_seconds === 0;

const SPLITS = [
  ["media_types", "by kind"],
  ["people", "by person"],
  ["servers", "by server"],
  ["libraries", "by library"],
  ["platforms", "by platform"],
  ["decisions", "by delivery"],
  ["resolutions", "by resolution"],
];

// All time is drawn by month, unless it turns out to be short.
async function overTime(ask, { split }) {
  const extra = { measure: measure(), split, limit: 7 };
  const answer = await ask(OVER_TIME, { ...extra, by: grain() });
  if (length() !== null) return answer;
  const found = (Date.parse(answer.before) - Date.parse(answer.since)) / DAY_MS;
  return found > SHORT_DAYS ? answer : ask(OVER_TIME, { ...extra, by: "day" });
}

const monthOf = (monday) => {
  const date = new Date(`${monday}T00:00:00Z`);
  return date.getUTCDate() <= 7 ? date.toLocaleDateString(undefined, { month: "short", timeZone: "UTC" }) : "";
};
const dayOf = (monday, row) =>
  new Date(Date.parse(`${monday}T00:00:00Z`) + row * DAY_MS).toLocaleDateString(undefined, { dateStyle: "full", timeZone: "UTC" });
const nextHour = (hour) => String((Number(hour) + 1) % 24).padStart(2, "0");

function totals(body, answer) {
  const tile = (name, { present, earlier, percent }, unit) => ({
    name,
    text: measured(present, unit),
    mark: change(percent),
    about: earlier ? `${measured(earlier, unit)} in the days before` : "",
  });
  body.append(
    tiles([
      tile("Plays", answer.plays, "plays"),
      tile("Watched", answer.watch_seconds, "seconds"),
      tile("People", answer.people, "people"),
      tile("Titles", answer.titles, "titles"),
      { name: "Most streams at once", text: count(answer.concurrency.peak) },
    ]),
  );
}

const trend = (ask) => ask("plays/trends");

const grown = (name, percent) => ({
  name,
  text: percent === null ? "nothing to compare" : "",
  mark: change(percent),
  isLong: percent === null,
});

function trends(body, answer) {
  const [all] = answer.growth;
  const field = measure() === "plays" ? "plays" : "watch_seconds";
  body.append(tiles([grown("Last 7 days", all[`week_${field}_percent`]), grown("Last 30 days", all[`month_${field}_percent`])]));
  return picture(body, series(answer[`${field}_average`], "Seven days on average", { kind: "line", isStacked: false }));
}

function known(body, { overall, facts, problems, short_plays: short, future_plays: future }) {
  const wrong = problems.reduce((all, { plays }) => all + plays, 0);
  body.append(
    tiles([
      { name: "Of all facts", text: share(overall.known_share) },
      { name: "Without an end", text: plural(overall.unknown_end_plays, "play") },
      { name: "Too short to count", text: plural(short, "play") },
      wrong > 0 && { name: "With what cannot be true", text: plural(wrong, "play") },
      future > 0 && { name: "In the future", text: plural(future, "play") },
    ]),
  );
  body.append(
    bars(
      facts
        .filter(({ share: part }) => part !== null && part < 1)
        .sort((one, other) => one.share - other.share)
        .slice(0, 8)
        .map(({ name, share: part }) => ({
          name: name.replaceAll("_", " "),
          value: part,
          text: share(part),
          tone: "chart-7",
        })),
      { most: 1 },
    ),
  );
  return {
    caption: "How much is known",
    head: ["", "Known", "Share"],
    rows: facts.map(({ name, known: plays, share: part }) => [name.replaceAll("_", " "), count(plays), share(part)]),
  };
}

export const PANELS = [
  {
    name: "totals",
    title: "At a glance",
    size: "whole",
    load: (ask) => ask("plays/overview"),
    isEmpty: ({ plays }) => plays.present === 0 && plays.earlier === 0,
    show: totals,
  },
  {
    name: "over-time",
    title: "Over time",
    size: "whole",
    switches: { split: SPLITS },
    load: overTime,
    isEmpty: isNothing,
    show: (body, { chart }) => picture(body, series(chart, "Over time")),
  },
  {
    name: "calendar",
    title: "A year, day by day",
    size: "whole",
    load: (ask) => ask(OVER_TIME, { measure: measure(), by: "calendar" }, lastYear()),
    isEmpty: isNothing,
    show: (body, { chart }) =>
      picture(
        body,
        heat(chart, "A year, day by day", {
          columnWords: monthOf,
          tipTitle: dayOf,
        }),
        "low",
      ),
  },
  {
    name: "week",
    title: "Hours of the week",
    load: (ask) => ask(OVER_TIME, { measure: measure(), by: "weekday_hour" }),
    isEmpty: isNothing,
    show: (body, { chart }) =>
      picture(
        body,
        heat(chart, "Hours of the week", {
          tipTitle: (hour, row) => `${weekday(chart.series[row].name)}, ${hour}:00 – ${nextHour(hour)}:00`,
        }),
      ),
  },
  {
    name: "hours",
    title: "Hours of the day",
    load: (ask) => ask(OVER_TIME, { measure: measure(), by: "hour", split: "media_types" }),
    isEmpty: isNothing,
    show: (body, { chart }) => picture(body, series(chart, "Hours of the day")),
  },
  {
    name: "trend",
    title: "Seven days on average",
    hint: "Each day and the six before it, so that weekends do not hide how it grows.",
    load: trend,
    isEmpty: (answer) => isNothing(answer) || answer.growth.length === 0,
    show: trends,
  },
  top("movies", "Films"),
  top("shows", "Shows"),
  top("people", "People"),
  top("platforms", "Platforms"),
  {
    name: "known",
    title: "How much is known",
    hint: "What the servers said of these plays: what they do not say, no picture here can show.",
    table: "facts",
    load: (ask) => ask("plays/data-quality"),
    isEmpty: ({ overall }) => overall.plays === 0,
    show: known,
  },
];
