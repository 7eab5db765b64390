// The form and the chips: both say what stands in the address, and change it.
import { FILTERS, days, link, measure, read, withoutFilters } from "./address.js";
import { element } from "./api.js";
import { word } from "./formats.js";

const form = document.querySelector("form.asked");
const chips = document.querySelector(".chips");
const NAMES = {
  servers: "server",
  server_kinds: "kind of server",
  libraries: "library",
  media_types: "kind",
  people: "person",
  platforms: "platform",
  players: "player",
  products: "app",
  decisions: "delivered by",
  titles: "title",
  series: "series",
  source_resolutions: "resolution of the file",
  resolutions: "resolution",
  video_codecs: "video of the file",
  audio_codecs: "audio of the file",
  source_containers: "container of the file",
  delivered_video_codecs: "video",
  delivered_audio_codecs: "audio",
  containers: "container",
  content_ratings: "rating",
  is_local: "where",
  is_watched: "watched",
  search: "title has",
  time_zone: "time zone",
};
const FLAGS = { is_local: { true: "at home", false: "elsewhere" }, is_watched: { true: "to the end", false: "not to the end" } };
const DAY_MS = 86_400_000;
const dayAfter = (text, step) => new Date(Date.parse(`${text}T00:00:00Z`) + step * DAY_MS).toISOString().slice(0, 10);
const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text ?? "");

// ------------------------------------------------------------ what the address says
export function showAsked() {
  const query = read();
  for (const one of form.querySelectorAll("[data-days]")) {
    one.href = link({ days: one.dataset.days, since: null, before: null });
    mark(one, one.dataset.days === days(query));
  }
  for (const one of form.querySelectorAll("[data-measure]")) {
    one.href = link({ measure: one.dataset.measure });
    mark(one, one.dataset.measure === measure(query));
  }
  for (const box of form.querySelectorAll("input[type=checkbox]")) box.checked = query.getAll(box.name).includes(box.value);
  for (const name of ["is_local", "is_watched", "time_zone", "since"]) form.elements[name].value = query.get(name) ?? "";
  form.elements.until.value = isDay(query.get("before")) ? dayAfter(query.get("before"), -1) : "";
  form.querySelector("[data-dates]").classList.toggle("is-on", days(query) === null);
  showChips(query);
}

function mark(one, isOn) {
  if (isOn) one.setAttribute("aria-current", "true");
  else one.removeAttribute("aria-current");
}

function showChips(query) {
  const made = [...FILTERS, "time_zone"].flatMap((name) => query.getAll(name).map((value) => chip(name, value, query)));
  if (made.length > 1) {
    const all = element("a", "Remove all", "chip-all");
    all.href = withoutFilters();
    const item = element("li");
    item.append(all);
    made.push(item);
  }
  const isFocused = chips.contains(document.activeElement);
  chips.replaceChildren(...made);
  if (isFocused) (chips.querySelector("a") ?? form.querySelector(".last > summary")).focus();
}

function chip(name, value, query) {
  const made = element("a", "", "chip");
  made.href = link({ [name]: query.getAll(name).filter((other) => other !== value) });
  made.append(element("span", NAMES[name] ?? name), " ", element("b", called(name, value)), element("span", "×", "cross"));
  made.ariaLabel = `Remove the filter ${NAMES[name] ?? name}: ${called(name, value)}`;
  const item = element("li");
  item.append(made);
  return item;
}

function called(name, value) {
  if (FLAGS[name]) return FLAGS[name][value] ?? value;
  const box = [...form.querySelectorAll(`input[type=checkbox][name="${name}"]`)].find((one) => one.value === value);
  return box?.labels[0].textContent.trim() ?? (name === "people" ? "somebody" : word(value));
}

// ------------------------------------------------------------ choices that are asked for when they are wanted
function choice(name, value) {
  const item = element("li");
  const label = element("label");
  const box = Object.assign(element("input"), { type: "checkbox", name, value });
  label.append(box, " ", element("span", word(value)));
  item.append(label);
  return item;
}

async function addPlatforms(ask) {
  const place = form.querySelector("[data-choices=platforms]");
  const { entries } = await ask("GET", "/api/v1/analytics/lists/top?of=platforms&limit=60");
  const names = entries
    .map(({ name }) => name)
    .filter(Boolean)
    .sort((one, other) => one.localeCompare(other));
  place.querySelector("ul").replaceChildren(...names.map((name) => choice("platforms", name)));
  place.hidden = names.length === 0;
  showAsked();
}

function addTimeZones() {
  const known = Intl.supportedValuesOf?.("timeZone") ?? [];
  form.querySelector("datalist").replaceChildren(...known.map((name) => new Option(name, name)));
}

// ------------------------------------------------------------ what the reader changes
export function listen(go, ask) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { since, until } = form.elements;
    if (!since.value && !until.value) return;
    form.querySelectorAll("details").forEach((one) => (one.open = false));
    go(link({ days: null, since: since.value, before: until.value && dayAfter(until.value, 1) }));
  });
  form.addEventListener("change", ({ target: { name, type } }) => {
    const boxes = () => [...form.querySelectorAll(`input[name="${name}"]`)];
    // Values that have no box here came by a link, and stay.
    const others = () =>
      read()
        .getAll(name)
        .filter((value) => !boxes().some((box) => box.value === value));
    if (type === "checkbox")
      go(
        link({
          [name]: [
            ...others(),
            ...boxes()
              .filter((box) => box.checked)
              .map((box) => box.value),
          ],
        }),
      );
    else if (["is_local", "is_watched", "time_zone"].includes(name)) go(link({ [name]: form.elements[name].value }));
  });
  form.addEventListener("input", ({ target }) => {
    if (!("narrow" in target.dataset)) return;
    const wanted = target.value.toLocaleLowerCase();
    for (const item of target.closest("fieldset").querySelectorAll("li"))
      item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted);
  });
  form.querySelector(".last").addEventListener(
    "toggle",
    () => {
      addTimeZones();
      addPlatforms(ask).catch(() => {}); // without them the rest can still be chosen
    },
    { once: true },
  );
  document.addEventListener("click", ({ target }) => {
    for (const one of form.querySelectorAll("details[open]")) if (!one.contains(target)) one.open = false;
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    for (const one of form.querySelectorAll("details[open]")) {
      one.open = false;
      one.querySelector("summary").focus();
    }
  });
}
