// Streams: how plays were delivered, and how many ran at the same time.
import { grain, measure } from "./address.js";
import { count } from "./formats.js";
import { tiles } from "./lists.js";
import { picture } from "./panels.js";
import { donut, flow, series } from "./pictures.js";
import { DETAILS, QUALITY } from "./stream_details.js";

const delivery = (ask) => ask("streams/delivery", { limit: 40 });
const isNothing = ({ plays }) => plays === 0;
const ofCounts = (rows) => rows.map(({ name, plays }) => ({ name, value: plays }));
const some = (name) => (answer) => isNothing(answer) || answer[name].length === 0;

const pairs = (name, title, field) => ({
  name,
  title,
  hint: "Each bar is what the files had, its pieces what the players got.",
  table: field,
  load: delivery,
  isEmpty: some(field),
  show: (body, answer) => picture(body, flow(answer[field], title)),
});
const parts = (name, title, field, hint) => ({
  name,
  title,
  hint,
  table: field,
  load: delivery,
  isEmpty: some(field),
  show: (body, answer) => picture(body, donut(ofCounts(answer[field]), "plays", title)),
});

// "all" is the sum of the others where these are apart: drawn as a line of its own it would double them.
const apart = (chart) => ({ ...chart, series: chart.series.length > 1 ? chart.series.slice(1) : chart.series });

function peaks(body, { overall, split, peaks: chart, unknown_plays: unknown }) {
  body.append(
    tiles([
      { name: "Most at once", text: count(overall.peak) },
      { name: "On average", text: count(overall.average) },
      ...split.map(({ name, peak }) => name === "transcode" && { name: "Most transcodings at once", text: count(peak) }),
      unknown > 0 && { name: "Plays without a known end", text: count(unknown) },
    ]),
  );
  return picture(body, series(chart, "Most streams at once", { kind: "line", isStacked: false }));
}

export const PANELS = [
  parts("decisions", "How it was delivered", "decisions"),
  {
    name: "deliveries",
    title: "Deliveries over time",
    isEmpty: ({ totals }) => totals.plays === 0,
    load: (ask) => ask("plays/over-time", { by: grain(), split: "decisions", measure: measure() }),
    show: (body, { chart }) => picture(body, series(chart, "Deliveries over time")),
  },
  {
    name: "peaks",
    title: "Most streams at once",
    size: "whole",
    table: "peaks",
    isEmpty: ({ overall }) => overall.peak === 0,
    load: (ask) => ask("streams/concurrency", { by: grain(), split: "decisions" }),
    show: peaks,
  },
  {
    name: "at-once",
    title: "Streams by hour, on average",
    table: "averages",
    isEmpty: ({ overall }) => overall.peak === 0,
    load: (ask) => ask("streams/concurrency", { by: "hour", split: "decisions" }),
    show: (body, { averages }) => picture(body, series(apart(averages), "Streams by hour, on average")),
  },
  pairs("resolutions", "Resolution: file and delivered", "resolutions"),
  ...QUALITY,
  pairs("video", "Video: file and delivered", "video_codecs"),
  pairs("audio-codecs", "Audio: file and delivered", "audio_codecs"),
  pairs("containers", "Container: file and delivered", "containers"),
  parts("hdr", "Dynamic range of the files", "hdr"),
  parts("hdr-decisions", "How HDR was delivered", "hdr_decisions"),
  ...DETAILS,
];
