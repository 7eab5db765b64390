// The plays of the history: asked of the API, drawn here, opened one by one.
import { ask, element } from "./api.js";
const REST_MS = 3000;
const DECISIONS = { direct_play: "direct play", direct_stream: "direct stream", transcode: "transcoding" };
const STATES = { open: ["playing now", "busy"], watched: ["watched", "good"], partly: ["in part", "calm"], unknown: ["how far: unknown", "calm"] };
const SOURCES = { webhook: "a webhook", poll: "the list of sessions", socket: "the server's socket", sync: "the server's history", import: "an import" };

// ------------------------------------------------------------ small pieces
function link(text, query) {
  const made = element("a", text);
  made.href = `/history?${new URLSearchParams(query)}`;
  return made;
}

function time(iso, shows) {
  const made = element("time", new Date(iso).toLocaleString());
  made.dateTime = iso;
  made.dataset.shows = shows;
  return made;
}

// 3725 seconds are "1 h 2 min"; under a minute "40 s".
function span(seconds) {
  if (seconds === null || seconds === undefined) return null;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours ? `${hours} h ${minutes} min` : `${minutes} min`;
}

function joined(place, pieces, separator = " · ") {
  pieces.filter(Boolean).forEach((piece, number) => place.append(...(number ? [separator, piece] : [piece])));
  return place;
}

function number(item) {
  if (item.season_number === undefined || item.episode_number === undefined) return "";
  return `S${String(item.season_number).padStart(2, "0")}E${String(item.episode_number).padStart(2, "0")}`;
}

function stateOf(play) {
  if (play.state === "open") return STATES.open;
  if (play.is_watched) return STATES.watched;
  return play.is_watched === false ? STATES.partly : STATES.unknown;
}

// ------------------------------------------------------------ one play
function title(item) {
  const made = element("h3");
  if (!item.series_title) return joined(made, [link(item.title ?? "Untitled", { titles: item.title ?? "" }), item.year && element("span", String(item.year), "faint")], " ");
  return joined(made, [link(item.series_title, { series: item.series_title }), number(item), item.title]);
}

function stopped(play) {
  if (play.state === "open") return null;
  if (!play.stopped_at) return "end unknown";
  const made = element("span", "until ");
  made.append(time(play.stopped_at, "at"));
  return made;
}

function facts(play) {
  const { person, player = {}, stream = {}, server } = play;
  const began = element("span");
  began.append(time(play.started_at, "at"));
  const watched = span(play.watched_seconds);
  return joined(element("p", "", "faint"), [
    person.id ? link(person.name, { people: person.id }) : person.name ?? "Somebody",
    began,
    stopped(play),
    watched && `watched ${watched}`,
    play.paused_seconds ? `paused ${span(play.paused_seconds)}` : null,
    player.name ?? player.device,
    DECISIONS[stream.decision],
    server.name ?? "a server that is gone",
    play.is_rough && "times are not exact",
  ]);
}

function head(play) {
  const made = element("div", "", "line");
  const [word, tone] = stateOf(play);
  made.append(title(play.item ?? {}), element("span", play.percent === null ? word : `${word}, ${play.percent} %`, `state ${tone}`));
  return made;
}

function row(play) {
  const made = element("li", "", "play");
  made.id = `play-${play.id}`;
  made.dataset.said = JSON.stringify(play);
  made.append(head(play), facts(play), more(play));
  return made;
}

// The same row with what is new: details that somebody opened stay as they are.
function renewed(made, play) {
  const said = JSON.stringify(play);
  if (made.dataset.said === said) return made;
  made.dataset.said = said;
  made.children[0].replaceWith(head(play));
  made.children[1].replaceWith(facts(play));
  if (!made.querySelector("details").open) made.children[2].replaceWith(more(play));
  return made;
}

function more(play) {
  const fold = element("details");
  fold.append(element("summary", "Details"));
  fold.addEventListener("toggle", async () => {
    if (!fold.open || fold.dataset.asked) return;
    fold.dataset.asked = "";
    try {
      fold.append(details(await ask("GET", `/api/v1/history/${encodeURIComponent(play.id)}`)));
    } catch (refusal) {
      delete fold.dataset.asked;
      fold.append(element("p", refusal.message, "note bad"));
    }
  });
  return fold;
}

// ------------------------------------------------------------ its details
function details(play) {
  const list = element("dl", "", "facts");
  for (const [name, value] of [...whereAndHow(play), ...sittings(play), ...tellers(play)]) {
    if (!value) continue;
    const said = element("dd");
    said.append(value);
    list.append(element("dt", name), said);
  }
  const forget = element("button", "Remove this play", "quiet");
  forget.type = "button";
  Object.assign(forget.dataset, {
    send: "DELETE",
    address: `/api/v1/history/${encodeURIComponent(play.id)}`,
    confirm: "Remove this play from the history? It does not come back, not even when a sync tells of it again.",
    refresh: "plays",
    say: "The play is removed.",
  });
  const made = element("div", "", "fold-body");
  made.append(list, forget);
  return made;
}

function whereAndHow({ item = {}, player = {}, stream = {}, account }) {
  const place = { true: "at home", false: "elsewhere" }[player.is_local];
  const device = [player.product, player.platform, player.device].filter(Boolean).join(", ");
  return [
    ["Library", item.library && link(item.library, { libraries: item.library })],
    ["Account", account.name],
    ["Player", player.name && link(player.name, { players: player.name })],
    ["Device", device],
    ["Address", [player.address, place].filter(Boolean).join(", ")],
    ["Video", change(stream.source_resolution, stream.resolution, stream.source_video_codec, stream.video_codec, stream.hdr)],
    ["Audio", [change(null, null, stream.source_audio_codec, stream.audio_codec), stream.audio_language, stream.audio_channels && `${stream.audio_channels} channels`].filter(Boolean).join(", ")],
    ["Subtitles", [stream.subtitle_language, stream.subtitle_codec].filter(Boolean).join(", ")],
    ["Container", change(null, null, stream.source_container, stream.container)],
    ["Bit rate", change(rate(stream.source_bitrate_kbps), rate(stream.bitrate_kbps))],
    ["Encoded by", { true: "a graphics chip", false: "the processor" }[stream.decision === "transcode" ? stream.is_hardware : ""]],
  ];
}

const rate = (kbps) => kbps && `${(kbps / 1000).toFixed(1)} Mbit/s`;

// "4k hevc HDR10 → 1080p h264" where the player got something else than the file has.
function change(source, delivered, sourceCodec = "", codec = "", range = "") {
  const before = [source, sourceCodec, source || sourceCodec ? range : ""].filter(Boolean).join(" ");
  const after = [delivered, codec].filter(Boolean).join(" ");
  if (!before || !after || after === [source, sourceCodec].filter(Boolean).join(" ")) return before || after;
  return `${before} → ${after}`;
}

function sittings(play) {
  if (play.parts.length < 2) return [];
  const list = element("ol");
  for (const part of play.parts) {
    const line = element("li");
    line.append(time(part.started_at, "at"), " – ", part.stopped_at ? time(part.stopped_at, "at") : "end unknown");
    if (part.watched_seconds !== null) line.append(`, watched ${span(part.watched_seconds)}`);
    list.append(line);
  }
  return [["Sittings", list]];
}

function tellers({ sources, told_by: all }) {
  const names = { start: "start", stop: "end", person: "person", item: "title", player: "player", stream: "streams" };
  const by = Object.entries(names).filter(([name]) => sources[name]).map(([name, word]) => `${word}: ${SOURCES[sources[name]]}`);
  return [["Told by", all.map((source) => SOURCES[source]).join(", ")], ["Who said what", all.length > 1 && by.join("; ")]];
}

// ------------------------------------------------------------ the page of plays
function pager(place, next) {
  const isFirst = !new URLSearchParams(location.search).has("after");
  if (isFirst && !next) return [];
  const made = element("nav", "", "line pager");
  made.setAttribute("aria-label", "Pages of plays");
  const query = new URLSearchParams(place.dataset.page);
  if (!isFirst) made.append(button("From the start", query));
  if (next) {
    query.set("after", next);
    made.append(button("Further plays", query));
  }
  return [made];
}

function button(text, query) {
  const made = element("a", text, "button quiet");
  made.href = `/history?${query}`;
  return made;
}

function none() {
  const made = element("div", "", "empty");
  const isFiltered = location.search.length > 1;
  const words = isFiltered ? "No play is like that. " : "Nothing was played yet, as far as we know. Plays appear while somebody watches; older ones come from ";
  const where = element("a", isFiltered ? "Show all" : "a sync or an import");
  where.href = isFiltered ? "/history" : "/sync";
  made.append(joined(element("p"), [words, where, "."], ""));
  return made;
}

// What did not change stays where it is: the focus, the place that is read, opened details.
function draw(list, plays) {
  const known = new Map([...list.children].map((made) => [made.id, made]));
  plays.forEach((play, place) => {
    const old = known.get(`play-${play.id}`);
    const made = old ? renewed(old, play) : row(play);
    if (list.children[place] !== made) list.insertBefore(made, list.children[place] ?? null);
  });
  while (list.children.length > plays.length) list.lastChild.remove();
}

function showPlays({ plays, next }) {
  const place = document.querySelector("[data-plays]");
  const list = place.querySelector(".rows") ?? element("ul", "", "rows");
  draw(list, plays);
  if (!plays.length) place.replaceChildren(none());
  else if (!list.isConnected) place.replaceChildren(list);
  for (const old of place.querySelectorAll(".note, .pager")) old.remove();
  place.append(...pager(place, next));
  document.dispatchEvent(new CustomEvent("htmx:after:swap")); // the times are shown by the reader's clock
}

function showProblem(words) {
  const place = document.querySelector("[data-plays]");
  for (const old of place.querySelectorAll(".note, .empty")) old.remove();
  const problem = element("p", words, "note bad");
  problem.role = "alert";
  place.prepend(problem);
}

// A day is the reader's own.
function inReadersZone(address) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone && /[?&](since|before)=/.test(address) ? `${address}&${new URLSearchParams({ time_zone: zone })}` : address;
}

let lastAsked = 0;
async function show() {
  const asked = (lastAsked += 1);
  try {
    const answer = await ask("GET", inReadersZone(document.querySelector("[data-plays]").dataset.plays));
    if (asked === lastAsked) showPlays(answer);
  } catch (refusal) {
    showProblem(refusal.message);
  }
}

// Positions move all the time: so many news are shown together.
let waiting = null;
function showSoon() {
  waiting ??= setTimeout(() => {
    waiting = null;
    if (!document.hidden) show();
  }, REST_MS);
}

// Empty fields do not belong into the address.
document.addEventListener("submit", ({ target }) => {
  if (!target.matches("[data-sparing]")) return;
  for (const field of target.elements) field.disabled ||= field.name !== "" && field.value === "";
});
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("[data-sparing] [name]")) field.disabled = false;
});
for (const made of document.querySelectorAll(".export a")) made.href = inReadersZone(made.getAttribute("href"));
show();
document.body.addEventListener("refresh-plays", showSoon);
document.addEventListener("answered", show); // a play was removed
