// Year in review: one question, told in several panels.
import { link, measure, read } from "./address.js";
import { element } from "./api.js";
import { category, count, plural, sentence, share, span, weekday } from "./formats.js";
import { change, tiles } from "./lists.js";
import { picture } from "./panels.js";
import { series } from "./pictures.js";
import { code, entryBars } from "./top_lists.js";

const isNothing = ({ totals }) => totals.plays === 0 && totals.watch_seconds === 0;
const called = (person) => person?.name ?? "somebody";
const SUPERLATIVES = {
  most_days: ["Most days", (value) => plural(value, "day")],
  longest: ["Watched longest", span],
  explorer: ["Explorer", (value) => plural(value, "title")],
  night_owl: ["Night owl", (value) => `${share(value)} after midnight`],
  early_bird: ["Early bird", (value) => `${share(value)} before nine`],
  weekender: ["Weekender", (value) => `${share(value)} at weekends`],
};

// The range of the address is not meant here: the year is.
function year(ask) {
  const asked = read().get("year");
  return ask("plays/year-in-review", asked ? { year: asked } : {}, null);
}

function head(body, { year: shown, is_over: isOver, totals, earlier, growth, new_titles: fresh }) {
  const years = element("p", "", "years");
  for (const one of [shown - 1, shown, shown + 1]) {
    if (one > new Date().getFullYear()) continue;
    const to = element("a", String(one));
    to.href = link({ year: one });
    if (one === shown) to.setAttribute("aria-current", "true");
    years.append(to);
  }
  if (!isOver) years.append(element("span", "so far", "faint"));
  body.append(
    years,
    tiles([
      {
        name: "Plays",
        text: count(totals.plays),
        mark: change(growth.plays),
        about: earlier.plays ? `${count(earlier.plays)} the year before` : "",
      },
      {
        name: "Watched",
        text: span(totals.watch_seconds),
        mark: change(growth.watch_seconds),
        about: earlier.watch_seconds ? `${span(earlier.watch_seconds)} the year before` : "",
      },
      { name: "People", text: count(totals.people), mark: change(growth.people) },
      { name: "Days with plays", text: count(totals.active_days) },
      { name: "Films", text: count(totals.movies), about: `${count(fresh.movies)} for the first time` },
      { name: "Shows", text: count(totals.shows), about: `${count(fresh.shows)} for the first time` },
      { name: "Episodes", text: count(totals.episodes) },
      { name: "Artists", text: count(totals.artists), about: `${count(fresh.artists)} for the first time` },
    ]),
  );
}

const hour = (name) => `${name}:00 – ${String((Number(name) + 1) % 24).padStart(2, "0")}:00`;
const title = (seen) => [seen.series_title, seen.series_title && code(seen), seen.title].filter(Boolean).join(" · ");
const peak = (name, found, words) => found && { name, text: words(found.name), about: plural(found.plays, "play") };

function moments(body, answer) {
  const { longest_day: day, longest_streak: streak, longest_binge: binge, first_play: first, last_play: last } = answer;
  body.append(
    tiles([
      peak("Busiest day", answer.busiest_day, (name) => category(name)),
      peak("Busiest month", answer.busiest_month, (name) => category(name)),
      peak("Busiest weekday", answer.busiest_weekday, weekday),
      peak("Busiest hour", answer.busiest_hour, hour),
      day && { name: "Longest day of one person", text: span(day.watch_seconds), about: `${called(day.person)}, ${category(day.day)}` },
      streak && {
        name: "Longest streak",
        text: plural(streak.days, "day"),
        about: `${called(streak.person)}, from ${category(streak.first_day)}`,
      },
      binge && {
        name: "Longest binge",
        text: plural(binge.episodes, "episode"),
        about: `${binge.series_title}, ${binge.person ?? "somebody"}`,
      },
      first && { name: "First play", text: title(first), about: called(first.person), isLong: true },
      last && { name: "Last play", text: title(last), about: called(last.person), isLong: true },
    ]),
  );
}

function superlatives(body, { superlatives: all, rewatched }) {
  body.append(
    tiles([
      ...all.map(({ kind: name, person, value }) => {
        const [words, told] = SUPERLATIVES[name] ?? [sentence(name), count];
        return { name: words, text: called(person), about: told(value), isLong: true };
      }),
      ...rewatched.slice(0, 2).map((one) => ({
        name: "Watched again",
        text: one.series_title ?? one.name,
        about: [one.series_title && code(one), plural(one.times, "time")].filter(Boolean).join(", "),
        isLong: true,
      })),
    ]),
  );
}

const list = (field, of, name) => ({
  name: `year-${field}`,
  title: name,
  load: year,
  isEmpty: (answer) => answer[field].length === 0,
  show: (body, answer) => void body.append(entryBars(answer[field], of, measure())),
});

export const PANELS = [
  { name: "year", title: "The year", size: "whole", load: year, show: head },
  {
    name: "year-months",
    title: "Month by month",
    size: "whole",
    table: () => `${measure()}_by_month`,
    load: year,
    isEmpty: isNothing,
    show: (body, answer) => picture(body, series(answer[`${measure()}_by_month`], "Month by month")),
  },
  { name: "moments", title: "Moments", size: "whole", load: year, isEmpty: isNothing, show: moments },
  {
    name: "superlatives",
    title: "Who was what",
    size: "whole",
    load: year,
    show: superlatives,
    nothing: "For this, people need more plays.",
    isEmpty: ({ superlatives: all, rewatched }) => all.length + rewatched.length === 0,
  },
  list("movies", "movies", "Films of the year"),
  list("shows", "shows", "Shows of the year"),
  list("artists", "artists", "Music of the year"),
  list("people", "people", "People of the year"),
];
