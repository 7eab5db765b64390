// The numbers of a picture as a table: for who cannot see it, and for who wants to know exactly.
import { element } from "./api.js";
import { category, measured, sentence, weekday, word } from "./formats.js";

export function table({ head, rows, caption }) {
  const made = element("table");
  made.append(element("caption", caption, "unseen"));
  const top = element("tr");
  head.forEach((text) => top.append(cell("th", text, "col")));
  const heading = element("thead");
  heading.append(top);
  const body = element("tbody");
  for (const [first, ...others] of rows) {
    const line = element("tr");
    line.append(cell("th", first, "row"), ...others.map((text) => cell("td", text)));
    body.append(line);
  }
  made.append(heading, body);
  const box = element("div", "", "numbers");
  box.tabIndex = 0; // to be scrolled by keyboard
  box.role = "region";
  box.ariaLabel = caption;
  box.append(made);
  return box;
}

function cell(tag, text, scope) {
  const made = element(tag, text);
  if (scope) made.scope = scope;
  return made;
}

// Of an answer's chart: a line for each category, a column for each series.
export function ofChart({ unit, categories, series }, caption) {
  return {
    caption,
    head: ["", ...series.map(({ name }) => sentence(weekday(name)))],
    rows: categories.map((name, place) => [category(name, true), ...series.map(({ data }) => measured(data[place], unit))]),
  };
}

// Of names with a number each.
export function ofRows(rows, unit, caption) {
  return { caption, head: ["", sentence(unit)], rows: rows.map(({ name, value }) => [word(name), measured(value, unit)]) };
}
