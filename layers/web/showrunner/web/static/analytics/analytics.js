// The page of analytics: a section of panels, asked as the address says.
import { link, read } from "./address.js";
import { ask } from "./api.js";
import { listen, showAsked } from "./filters.js";
import { day } from "./formats.js";
import { askAll, fill } from "./panels.js";
import { PANELS as overview } from "./section_overview.js";
import { PANELS as libraries } from "./section_libraries.js";
import { PANELS as people } from "./section_people.js";
import { PANELS as streams } from "./section_streams.js";
import { PANELS as titles } from "./section_titles.js";
import { PANELS as year } from "./section_year.js";

const SECTIONS = { overview, titles, people, streams, libraries, year };
const AGAIN_MS = 5 * 60_000;
const place = document.querySelector(".panels");
const tabs = [...document.querySelectorAll("[data-section]")];
let shown = null;
let askedAt = 0;

const sectionOf = (query) => (Object.hasOwn(SECTIONS, query.get("section")) ? query.get("section") : "overview");

function show() {
  const section = sectionOf(read());
  document.getElementById("analytics").dataset.shown = section;
  showAsked();
  for (const tab of tabs) {
    tab.href = link({ section: tab.dataset.section });
    if (tab.dataset.section === section) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  const wanted = SECTIONS[section].filter(({ isFor }) => !isFor || isFor());
  const names = [section, ...wanted.map(({ name }) => name)].join();
  if (names === shown) askAll();
  else fill(place, wanted);
  shown = names;
  askedAt = Date.now();
}

function go(address) {
  if (address === location.pathname + location.search) return;
  history.pushState(null, "", address);
  show();
}

// Links to this very page change what is shown, and nothing is loaded anew.
document.addEventListener("click", (event) => {
  const to = event.target.closest("#analytics a[href]");
  if (!to || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const address = new URL(to.href);
  if (address.origin !== location.origin || address.pathname !== location.pathname) return;
  event.preventDefault();
  go(address.pathname + address.search);
});
addEventListener("popstate", show);
listen(go, ask);

document.addEventListener("days", ({ detail: { since, before, time_zone: zone } }) => {
  const last = new Date(Date.parse(before) - 1000).toISOString();
  document.querySelector(".range").textContent = `${day(since, zone)} – ${day(last, zone)}, days in ${zone.replaceAll("_", " ")}`;
});

// Whoever comes back to a page that was left open sees what happened since.
document.addEventListener("visibilitychange", () => {
  if (document.hidden || Date.now() - askedAt < AGAIN_MS) return;
  askedAt = Date.now();
  askAll();
});
show();
