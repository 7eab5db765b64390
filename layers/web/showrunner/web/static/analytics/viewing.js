// How things are watched: lately, several in a row, together, with pauses, one after the other.
import { grain, length } from "./address.js";
import { colour } from "./draw.js";
import { count, plural, share, span, word } from "./formats.js";
import { bars, tiles } from "./lists.js";
import { picture } from "./panels.js";
import { series } from "./pictures.js";
import { code } from "./top_lists.js";

const person = ({ person: name }) => name ?? "somebody";
const when = (iso) => new Date(iso).toLocaleString(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const titleOf = ({ series_title: of, title }) => of ?? title;
const partOf = (one) => (one.series_title ? [code(one), one.title].filter(Boolean).join(" ") : one.year);
const joined = (...pieces) => pieces.filter(Boolean).join(" · ");

function recently(body, { titles }) {
  body.append(
    bars(
      titles.map((one) => ({
        name: titleOf(one),
        about: joined(partOf(one), person(one), when(one.started_at)),
        value: one.percent ?? 0,
        text: one.percent === null ? "" : one.is_watched ? "watched" : share(one.percent / 100),
        tone: "chart-3",
        filter: one.series_title ? ["series", one.series_title] : one.title ? ["titles", one.title] : null,
      })),
      { most: 100 },
    ),
  );
}

function binges(body, { count: all, episodes, watch_seconds: seconds, binges: newest, over_time: chart }) {
  body.append(
    tiles([
      { name: "Binges", text: count(all) },
      { name: "Episodes", text: count(episodes) },
      { name: "Watched", text: span(seconds) },
    ]),
  );
  const numbers = picture(body, series(chart, "Several in a row", { colours: () => colour("chart-4") }));
  body.append(
    bars(
      newest.slice(0, 5).map((one) => ({
        name: one.series_title,
        about: joined(person(one), when(one.began_at)),
        value: one.episodes,
        text: plural(one.episodes, "episode"),
        tone: "chart-4",
        filter: ["series", one.series_title],
      })),
    ),
  );
  return numbers;
}

function parties(body, { count: all, parties: newest, over_time: chart }) {
  body.append(tiles([{ name: "Watched together", text: plural(all, "time") }]));
  const numbers = picture(body, series(chart, "Watched together", { colours: () => colour("chart-8") }));
  body.append(
    bars(
      newest.slice(0, 5).map((one) => ({
        name: titleOf(one),
        about: joined(partOf(one), one.guests.map(person).join(", "), when(one.began_at)),
        value: one.guests.length,
        text: plural(one.guests.length, "person", "people"),
        tone: "chart-8",
      })),
    ),
  );
  return numbers;
}

function pauses(body, { overall, titles, chart, unknown_plays: unknown }) {
  body.append(
    tiles([
      { name: "Plays with a pause", text: share(overall.share) },
      overall.average_seconds !== null && { name: "Paused on average", text: span(overall.average_seconds) },
      unknown > 0 && { name: "Unknown", text: plural(unknown, "play") },
    ]),
  );
  const numbers = picture(body, series(chart, "Pauses", { colours: () => colour("chart-6") }));
  body.append(
    bars(
      titles.slice(0, 5).map((one) => ({
        name: one.name,
        about: joined(one.year, plural(one.paused_plays, "play")),
        value: one.pause_seconds,
        text: span(one.pause_seconds),
        tone: "chart-6",
      })),
    ),
  );
  return numbers;
}

function flow(body, { sessions, plays_per_session: each, same, transitions }) {
  body.append(
    tiles([
      { name: "Sittings", text: count(sessions) },
      each !== null && { name: "Plays in each", text: count(each) },
      { name: "Followed by more of the same", text: plural(same, "play") },
    ]),
  );
  body.append(
    bars(
      transitions.slice(0, 8).map(({ earlier, later, plays }) => ({
        name: `${word(earlier.name)} → ${word(later.name)}`,
        value: plays,
        text: count(plays),
        tone: "chart-6",
      })),
    ),
  );
  return {
    caption: "What is watched after what",
    head: ["Before", "After", "Plays"],
    rows: transitions.map(({ earlier, later, plays }) => [word(earlier.name), word(later.name), count(plays)]),
  };
}

export const RECENTLY = {
  name: "recently",
  title: "Watched last",
  switches: {
    of: [
      ["all", "everything"],
      ["movies", "films"],
      ["shows", "shows"],
      ["episodes", "episodes"],
    ],
  },
  load: (ask, { of }) => ask("lists/recently-watched", { of, limit: 10 }),
  isEmpty: ({ titles }) => titles.length === 0,
  show: recently,
};
export const BINGES = {
  name: "binges",
  title: "Several in a row",
  hint: "Three episodes or more of a show by one person, with no long gaps.",
  nothing: "Nobody watched three episodes of a show in a row.",
  table: "over_time",
  load: (ask) => ask("viewing/binges", { by: grain(length(), 31), limit: 10 }),
  isEmpty: ({ count: all }) => all === 0,
  show: binges,
};
export const PARTIES = {
  name: "parties",
  title: "Watched together",
  hint: "The same thing at the same time, by people on players of their own.",
  nothing: "Nobody watched the same at the same time.",
  table: "over_time",
  load: (ask) => ask("viewing/watch-parties", { by: grain(length(), 31), limit: 10 }),
  isEmpty: ({ count: all }) => all === 0,
  show: parties,
};
export const PAUSES = {
  name: "pauses",
  title: "Pauses",
  table: "distribution",
  load: (ask) => ask("viewing/pauses", { limit: 5 }),
  isEmpty: ({ overall }) => overall.plays === 0,
  show: pauses,
};
export const FLOW = {
  name: "flow",
  title: "What is watched after what",
  nothing: "Nobody watched one thing after another.",
  table: "transitions",
  load: (ask) => ask("people/content-flow", { limit: 12 }),
  isEmpty: ({ transitions }) => transitions.length === 0,
  show: flow,
};
