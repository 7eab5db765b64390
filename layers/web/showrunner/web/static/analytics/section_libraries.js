// Libraries: how they grow, what nobody watches, and how long new things wait.
import { grain } from "./address.js";
import { element } from "./api.js";
import { colour } from "./draw.js";
import { bytes, count, plural, share, span, word } from "./formats.js";
import { code, top } from "./top_lists.js";
import { bars, tiles } from "./lists.js";
import { picture } from "./panels.js";
import { series } from "./pictures.js";
import { LIBRARY } from "./profiles.js";

const SPLITS = [
  ["libraries", "by library"],
  ["media_types", "by kind"],
  ["resolutions", "by resolution"],
  ["video_codecs", "by codec"],
];
const MEASURES = [
  ["items", "items"],
  ["size_bytes", "size"],
  ["seconds", "hours"],
];
const DAY_SECONDS = 86_400;
const libraryOf = ({ library, server }) => [word(library), server].filter(Boolean).join(" · ");
const days = (seconds) => (seconds < DAY_SECONDS ? span(seconds) : plural(Math.round(seconds / DAY_SECONDS), "day"));
const isNothing = ({ held }) => held.items === 0;

function growth(body, { total, held }) {
  body.append(
    tiles([
      { name: "Items", text: count(total.held.items), about: `${count(total.added.items)} came, ${count(total.removed.items)} went` },
      {
        name: "Size",
        text: bytes(total.held.size_bytes),
        about: total.held.unknown_size ? `${plural(total.held.unknown_size, "item")} of unknown size` : "",
      },
      { name: "Length", text: span(total.held.seconds) },
    ]),
  );
  return picture(body, series(held, "What is there", { kind: "line" }));
}

function unwatched(body, { never, never_share: neverShare, stale, stale_share: staleShare, libraries }) {
  body.append(
    tiles([
      { name: "Never watched", text: share(neverShare), about: `${plural(never.items, "item")}, ${bytes(never.size_bytes)}` },
      { name: "Not for a year", text: share(staleShare), about: `${plural(stale.items, "item")}, ${bytes(stale.size_bytes)}` },
    ]),
  );
  body.append(
    bars(
      libraries.map((one) => ({
        name: libraryOf(one),
        value: one.never_share,
        text: `${share(one.never_share)}, ${bytes(one.never.size_bytes)}`,
        tone: "chart-2",
        about: `${count(one.never.items)} of ${count(one.held.items)}`,
      })),
    ),
  );
}

const shelf = (field) => (body, answer) => {
  body.append(
    bars(
      answer[field].map((one) => ({
        name: one.series_title ?? one.title,
        value: one.size_bytes ?? 0,
        text: bytes(one.size_bytes),
        tone: "chart-7",
        about: [one.series_title && [code(one), one.title].filter(Boolean).join(" "), one.year, libraryOf(one)].filter(Boolean).join(" · "),
      })),
      { isRanked: true },
    ),
  );
};

function firstWatch(body, { overall, waits }) {
  body.append(
    tiles([
      { name: "Wait, in the middle", text: overall.median_seconds === null ? "none watched" : days(overall.median_seconds) },
      { name: "Watched so far", text: `${count(overall.watched)} of ${count(overall.added)}` },
      { name: "Never", text: share(overall.never_share) },
    ]),
  );
  const label = ({ from_days: from, to_days: to }) =>
    to === null ? `from ${from} days` : to - from === 1 ? `day ${from + 1}` : `${from}–${to} days`;
  const chart = { unit: "items", categories: waits.map(label), series: [{ name: "items", data: waits.map(({ items }) => items) }] };
  return picture(body, series(chart, "How long new items wait", { colours: () => colour("chart-6") }));
}

function recentlyAdded(body, { entries, count: all }) {
  const list = bars(
    entries.map((one) => ({
      name: one.series_title ?? one.title,
      value: one.items ? one.played / one.items : 0,
      text: one.played ? `${count(one.played)} of ${count(one.items)} watched` : "not watched yet",
      about: [one.series_title && (one.items > 1 ? plural(one.items, "item") : code(one)), one.year, ago(one.added_at), libraryOf(one)]
        .filter(Boolean)
        .join(" · "),
      tone: "chart-3",
    })),
    { most: 1 },
  );
  body.append(list);
  if (all > entries.length) body.append(element("p", `The newest ${entries.length} of ${count(all)}.`, "faint"));
}

function used(body, { total, libraries, unmatched_plays: unmatched }) {
  body.append(
    tiles([
      {
        name: "Played in these days",
        text: share(total.played_share),
        about: `${count(total.played)} of ${plural(total.held.items, "item")}`,
      },
      { name: "Ever played", text: share(total.ever_played_share) },
      total.top_tenth_share !== null && { name: "Plays of the first tenth", text: share(total.top_tenth_share) },
    ]),
  );
  body.append(
    bars(
      libraries.map((one) => ({
        name: libraryOf(one),
        about: plural(one.plays, "play"),
        value: one.played_share,
        text: share(one.played_share),
        tone: "chart-3",
      })),
      { most: 1 },
    ),
  );
  if (unmatched > 0) body.append(element("p", `${plural(unmatched, "play")} of things that no library has any more.`, "faint"));
}

const ago = (iso) => new Date(iso).toLocaleDateString(undefined, { day: "numeric", month: "short" });

export const PANELS = [
  LIBRARY,
  {
    name: "growth",
    title: "What is there",
    isOfItems: true,
    hint: "What the libraries hold, whoever watches it.",
    size: "whole",
    table: "held",
    switches: { measure: MEASURES, split: SPLITS },
    load: (ask, { measure, split }) => ask("libraries/growth", { by: grain(), measure, split, limit: 7 }),
    nothing: "No library was read yet: sync the libraries first.",
    isEmpty: ({ total }) => total.held.items === 0 && total.removed.items === 0,
    show: growth,
  },
  {
    name: "added",
    title: "What came",
    isOfItems: true,
    hint: "What the libraries hold, whoever watches it.",
    switches: { measure: MEASURES, split: SPLITS },
    table: "added",
    load: (ask, { measure, split }) => ask("libraries/growth", { by: grain(), measure, split, limit: 7 }),
    nothing: "Nothing came in these days.",
    isEmpty: ({ total }) => total.added.items === 0,
    show: (body, { added }) => picture(body, series(added, "What came")),
  },
  top("libraries", "Most played from"),
  {
    name: "unwatched",
    title: "Never watched",
    load: (ask) => ask("libraries/unwatched", { limit: 10 }),
    nothing: "No library was read yet: sync the libraries first.",
    isEmpty: isNothing,
    show: unwatched,
  },
  {
    name: "never-items",
    title: "The largest that nobody watched",
    load: (ask) => ask("libraries/unwatched", { limit: 10 }),
    nothing: "There is nothing that nobody watched.",
    isEmpty: ({ never_items: all }) => all.length === 0,
    show: shelf("never_items"),
  },
  {
    name: "stale-items",
    title: "The largest that nobody watched for a year",
    load: (ask) => ask("libraries/unwatched", { limit: 10 }),
    nothing: "All that was ever watched was watched within a year.",
    isEmpty: ({ stale_items: all }) => all.length === 0,
    show: shelf("stale_items"),
  },
  {
    name: "new",
    title: "New",
    load: (ask) => ask("lists/recently-added", { limit: 10 }),
    nothing: "Nothing came in these days.",
    isEmpty: ({ entries }) => entries.length === 0,
    show: recentlyAdded,
  },
  {
    name: "use",
    title: "How much is used",
    load: (ask) => ask("libraries/utilization"),
    nothing: "No library was read yet: sync the libraries first.",
    isEmpty: ({ total }) => total.held.items === 0,
    show: used,
  },
  {
    name: "first-watch",
    title: "How long new items wait",
    hint: "Of what came in these days: from coming to being watched first.",
    load: (ask) => ask("libraries/first-watch"),
    nothing: "Nothing came in these days.",
    isEmpty: ({ overall }) => overall.added === 0,
    show: firstWatch,
  },
];
