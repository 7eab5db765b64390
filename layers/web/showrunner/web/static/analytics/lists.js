// Lists with bars: a name, what it is about, and a number; each line leads to the plays behind it.
import { link } from "./address.js";
import { element } from "./api.js";
import { UNKNOWN } from "./formats.js";

// `rows`: { name, about, value, text, filter: [name, value] or null, tone: a colour of the style sheet, mark }.
export function bars(rows, { isRanked = false, most = Math.max(...rows.map(({ value }) => value), 0) || 1 } = {}) {
  const list = element("ol", "", isRanked ? "bars ranked" : "bars");
  for (const row of rows) list.append(line(row, row.value / most));
  return list;
}

function line({ name, about, text, filter, tone, mark }, part) {
  const made = element("li");
  const words = element("p", "", "bar-words");
  const called = element(filter ? "a" : "span", name ?? UNKNOWN, "bar-name");
  if (filter) called.href = link({ [filter[0]]: filter[1] });
  called.title = called.textContent;
  words.append(called);
  if (about) words.append(element("span", about, "faint"));
  const number = element("span", text, "bar-number");
  if (mark) number.append(mark);
  const bar = element("span", "", "bar-line");
  const filled = element("i");
  filled.style.inlineSize = `${100 * part}%`;
  filled.style.background = `var(--${tone ?? "chart-1"})`; // follows the colour scheme
  bar.append(filled);
  made.append(words, number, bar);
  return made;
}

// "+12 %" beside a number, in words for who cannot see the colour.
export function change(percent, { isGoodUp = true } = {}) {
  if (percent === null || percent === undefined) return null;
  const isUp = percent > 0;
  const tone = percent === 0 ? "" : isUp === isGoodUp ? "good" : "bad";
  const rounded = Math.abs(percent) < 10 ? Math.round(percent * 10) / 10 : Math.round(percent);
  const made = element(
    "span",
    `${isUp ? "▲" : percent < 0 ? "▼" : "="} ${Math.abs(rounded).toLocaleString()} %`,
    `state ${tone || "calm"}`,
  );
  made.ariaLabel = `${isUp ? "up" : percent < 0 ? "down" : "unchanged"} ${Math.abs(rounded)} percent`;
  return made;
}

// Facts as tiles: { name, text, mark, about }; a name of something is a long text.
export function tiles(facts) {
  const list = element("dl", "", "tiles");
  for (const { name, text, mark, about, isLong } of facts.filter(Boolean)) {
    const tile = element("div");
    const value = element("dd", text, isLong ? "long" : "");
    if (isLong) value.title = text;
    if (mark) value.append(" ", mark);
    tile.append(element("dt", name), value);
    if (about) tile.append(element("dd", about, "faint"));
    list.append(tile);
  }
  return list;
}
