// More about streams: how well they went, sound, subtitles, frame rates, encoders, encryption, bandwidth.
import { grain } from "./address.js";
import { colour } from "./draw.js";
import { bytes, count, measured, plural, sentence, share, word } from "./formats.js";
import { bars, tiles } from "./lists.js";
import { picture } from "./panels.js";
import { donut, series } from "./pictures.js";

const FILTERS = { people: "people", platforms: "platforms", servers: "servers" };
const ofCounts = (rows) => rows.map(({ name, plays }) => ({ name, value: plays }));
const points = (value) => (value === null ? "unknown" : `${count(Math.round(value))} of 100`);
const filterOf = (list, { id, name }) => (FILTERS[list] && (id ?? name) ? [FILTERS[list], id ?? name] : null);
const GROUPS = [
  ["platforms", "by platform"],
  ["people", "by person"],
  ["servers", "by server"],
];
const isWithout = ({ overall }) => overall.plays === 0;

function quality(body, answer, { group }) {
  const { overall, chart } = answer;
  body.append(
    tiles([
      { name: "Score", text: points(overall.score) },
      overall.degraded_share !== null && {
        name: "Made worse",
        text: share(overall.degraded_share),
        about: "fewer lines, or the processor had to encode",
      },
      overall.given_up_share !== null && { name: "Given up at once", text: share(overall.given_up_share) },
      overall.completion_share !== null && { name: "Seen on average", text: share(overall.completion_share) },
    ]),
  );
  const numbers = picture(
    body,
    series(chart, "How well it went", { kind: "line", isStacked: false, yAxis: { min: 0, max: 100 }, colours: () => colour("chart-3") }),
  );
  body.append(
    bars(
      answer[group].slice(0, 6).map((one) => ({
        name: one.name,
        about: plural(one.plays, "play"),
        value: one.score ?? 0,
        text: points(one.score),
        tone: "chart-3",
        filter: filterOf(group, one),
      })),
      { most: 100 },
    ),
  );
  return numbers;
}

// Shares of groups, of all that is known of each; the number is 0 to 1 or null.
function shares(rows, field, tone, list) {
  return bars(
    rows.map((one) => ({
      name: one.name,
      about: plural(one.plays, "play"),
      value: one[field] ?? 0,
      text: share(one[field]),
      tone,
      filter: filterOf(list, one),
    })),
    { most: 1 },
  );
}

function audio(body, { overall, languages, channels }) {
  body.append(
    tiles([
      {
        name: "Sound converted",
        text: share(overall.converted_share),
        about: overall.unknown ? `${plural(overall.unknown, "play")} unknown` : "",
      },
    ]),
  );
  const names = { 1: "mono", 2: "stereo", 6: "5.1", 8: "7.1" };
  body.append(
    bars(
      channels.slice(0, 5).map((one) => ({
        name: one.channels === null ? null : (names[one.channels] ?? `${one.channels} channels`),
        value: one.share,
        text: share(one.share),
        about: plural(one.plays, "play"),
        tone: "chart-6",
      })),
    ),
  );
  return picture(body, donut(ofCounts(languages), "plays", "Languages of the sound"));
}

function subtitles(body, { with_subtitles: number, share_with_subtitles: part, images, texts, none, languages }) {
  body.append(
    tiles([
      { name: "With subtitles", text: share(part), about: plural(number, "play") },
      { name: "Transcoded with pictures as subtitles", text: share(images.transcoded_share) },
      { name: "With text", text: share(texts.transcoded_share) },
      { name: "With none", text: share(none.transcoded_share) },
    ]),
  );
  return languages.length ? picture(body, donut(ofCounts(languages), "plays", "Languages of subtitles")) : null;
}

function hardware(body, { overall, trend, platforms }) {
  body.append(tiles([{ name: "By a graphics chip", text: share(overall.hardware_share), about: plural(overall.plays, "transcoding") }]));
  const numbers = picture(body, series(trend, "Who transcoded"));
  body.append(shares(platforms.slice(0, 5), "hardware_share", "chart-1", "platforms"));
  return numbers;
}

function security(body, answer, { group }) {
  const { overall, locations } = answer;
  body.append(
    tiles([
      { name: "Encrypted", text: share(overall.secure_share), about: overall.unknown ? `${plural(overall.unknown, "play")} unknown` : "" },
      ...locations.filter(({ name }) => name).map((one) => ({ name: sentence(word(one.name)), text: share(one.secure_share) })),
    ]),
  );
  body.append(shares(answer[group].slice(0, 8), "secure_share", "chart-3", group));
  return {
    caption: "Encrypted connections",
    head: ["", "Plays", "Encrypted", "Not", "Unknown"],
    rows: answer[group].map((one) => [word(one.name), ...["plays", "secure", "insecure", "unknown"].map((name) => count(one[name]))]),
  };
}

// What was sent, summed up by who or what got it; the chart is in bits a second.
function bandwidth(body, answer, { group }) {
  const { overall, peak_kbps: peak, average_kbps: average, peaks } = answer;
  body.append(
    tiles([
      {
        name: "Sent",
        text: bytes(overall.delivered_bytes),
        about: overall.unknown_plays ? `without ${plural(overall.unknown_plays, "play")} of unknown size` : "",
      },
      { name: "At most", text: measured(peak, "kilobits_per_second") },
      { name: "On average", text: measured(average, "kilobits_per_second") },
    ]),
  );
  const numbers = picture(body, series(peaks, "Bandwidth", { kind: "line", isStacked: false, colours: () => colour("chart-4") }));
  body.append(
    bars(
      answer[group].slice(0, 6).map((one) => ({
        name: one.name,
        about: one.average_kbps === null ? "" : measured(one.average_kbps, "kilobits_per_second"),
        value: one.delivered_bytes,
        text: bytes(one.delivered_bytes),
        tone: "chart-4",
        filter: filterOf(group, one),
      })),
    ),
  );
  return numbers;
}

export const QUALITY = [
  {
    name: "downscaled",
    title: "Fewer lines than the file has",
    hint: "Of the plays where both resolutions are known.",
    isEmpty: isWithout,
    load: (ask) => ask("streams/resolutions", { limit: 8 }),
    show: (body, { platforms }) => void body.append(shares(platforms, "downscaled_share", "chart-2", "platforms")),
  },
  {
    name: "quality",
    title: "How well it went",
    size: "whole",
    switches: { group: GROUPS },
    isEmpty: isWithout,
    load: (ask) => ask("streams/quality", { by: grain(), limit: 6 }),
    show: quality,
  },
];

export const DETAILS = [
  {
    name: "bandwidth",
    title: "Bandwidth",
    size: "whole",
    switches: { group: [["people", "by person"], ...GROUPS.filter(([name]) => name !== "people")] },
    isEmpty: isWithout,
    load: (ask) => ask("streams/bandwidth", { by: grain(), limit: 6 }),
    show: bandwidth,
  },
  {
    name: "hardware",
    title: "Who transcoded",
    isEmpty: isWithout,
    nothing: "Nothing was transcoded in these days.",
    load: (ask) => ask("streams/hardware", { by: grain(), limit: 6 }),
    show: hardware,
  },
  { name: "audio", title: "Sound", table: "languages", isEmpty: isWithout, load: (ask) => ask("streams/audio", { limit: 8 }), show: audio },
  {
    name: "subtitles",
    title: "Subtitles",
    table: "languages",
    isEmpty: ({ plays }) => plays === 0,
    load: (ask) => ask("streams/subtitles", { limit: 8 }),
    show: subtitles,
  },
  {
    name: "frame-rates",
    title: "Frames a second",
    isEmpty: ({ plays }) => plays === 0,
    load: (ask) => ask("streams/frame-rates", { limit: 8 }),
    show: (body, { families }) => picture(body, donut(ofCounts(families), "plays", "Frames a second")),
  },
  {
    name: "security",
    title: "Encrypted connections",
    table: "people",
    switches: { group: GROUPS.slice(1).concat([GROUPS[0]]) },
    isEmpty: isWithout,
    load: (ask) => ask("streams/security", { limit: 8 }),
    show: security,
  },
];
