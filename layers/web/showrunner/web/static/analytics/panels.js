// A panel: asks when it is seen, shows that it waits, and says what went wrong.
import { days, isFiltered, link as linkTo, parameters, withoutFilters } from "./address.js";
import { ask, element } from "./api.js";
import { draw, forget } from "./draw.js";
import { table } from "./tables.js";

const API = "/api/v1/analytics/";
const NEAR = "250px";
const NOT_THERE = 404;

const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) panels.get(target)?.isNowSeen(isIntersecting);
  },
  { rootMargin: NEAR },
);
const panels = new Map(); // element -> Panel
let round = newRound(); // what is asked since the address changed; panels share answers

function newRound() {
  return { controller: new AbortController(), answers: new Map() };
}

/*
 * `panel` has a name and title; `load(ask, picked)` gives what `show(body, answer, picked)` puts
 * into the body, where `show` may give a table of the numbers. `switches` are choices of the
 * panel's own: `{ name: [[value, word] ...] }`, the first is the usual one, or `usual(name)`.
 */
class Panel {
  constructor(panel) {
    this.panel = panel;
    this.picked = {};
    this.isSeen = false;
    this.isStale = true;
    this.element = element("section", "", `panel card ${panel.size ?? ""}`);
    this.element.dataset.panel = panel.name;
    this.element.setAttribute("aria-labelledby", `title-${panel.name}`);
    this.body = element("div", "", "panel-body");
    this.element.append(this.head(), ...(panel.hint ? [element("p", panel.hint, "faint")] : []), this.body);
    this.wait();
  }

  head() {
    const head = element("div", "", "panel-head");
    const title = element("h2", this.panel.title);
    title.id = `title-${this.panel.name}`;
    this.numbers = element("button", "Numbers", "quiet");
    Object.assign(this.numbers, { type: "button", ariaPressed: "false", hidden: true, ariaLabel: `Numbers: ${this.panel.title}` });
    this.numbers.addEventListener("click", () => this.turn());
    head.append(title, ...Object.keys(this.panel.switches ?? {}).map((name) => this.select(name)), this.numbers);
    return head;
  }

  select(name) {
    const made = element("select", "", "switch");
    made.ariaLabel = `${this.panel.title}: ${name}`;
    for (const [value, text] of this.panel.switches[name]) made.append(new Option(text, value));
    made.addEventListener("change", () => {
      this.picked[name] = made.value;
      this.askAgain();
    });
    this.selects = { ...this.selects, [name]: made };
    return made;
  }

  pick(name) {
    const usual = this.panel.usual?.(name) ?? this.panel.switches[name][0][0];
    return (this.selects[name].value = this.picked[name] ?? usual);
  }

  isNowSeen(isSeen) {
    this.isSeen = isSeen;
    if (isSeen && this.isStale) this.load();
  }

  askAgain() {
    this.isStale = true;
    if (this.isSeen) this.load();
    else this.body.setAttribute("aria-busy", "true");
  }

  wait() {
    this.body.setAttribute("aria-busy", "true");
    const made = element("div", "", "skeleton");
    made.append(element("span", "Asking ...", "unseen"));
    this.body.replaceChildren(made);
  }

  async load() {
    this.isStale = false;
    this.body.setAttribute("aria-busy", "true");
    const mine = (this.mine = {}); // whatever is asked after this makes its answer an old one
    const picked = Object.fromEntries(Object.keys(this.panel.switches ?? {}).map((name) => [name, this.pick(name)]));
    try {
      const answer = await this.panel.load((question, extra, range) => this.asked(question, extra, range), picked);
      if (mine === this.mine) this.show(answer, picked);
    } catch (problem) {
      if (mine === this.mine) this.fail(problem);
    }
  }

  asked(question, extra, range) {
    this.address = `${API}${question}?${parameters(extra, range, this.panel.isOfItems)}`;
    const answer = shared(this.address);
    const isFirst = panels.keys().next().value === this.element; // what the page says of its days, its first panel knows
    if (isFirst && range === undefined)
      answer.then(
        (found) => document.dispatchEvent(new CustomEvent("days", { detail: found })),
        () => {},
      );
    return answer;
  }

  clear() {
    forget(this.body);
    this.body.replaceChildren();
    this.body.removeAttribute("aria-busy");
  }

  show(answer, picked) {
    this.clear();
    this.table = null;
    if (this.panel.isEmpty?.(answer)) this.body.append(nothing(this.panel.nothing));
    else this.table = this.panel.show(this.body, answer, picked) ?? null;
    this.numbers.hidden = !this.table;
    if (this.table && this.numbers.ariaPressed === "true") this.tell();
  }

  tell() {
    const link = element("a", "As CSV", "faint");
    const { table: named } = this.panel;
    const part = typeof named === "function" ? named() : named;
    link.href = `${this.address}&format=csv${part ? `&table=${part}` : ""}`;
    link.download = `${this.panel.name}.csv`;
    const box = element("div", "", "told-numbers");
    box.append(table(this.table), link);
    this.body.append(box);
  }

  turn() {
    const isOn = this.numbers.ariaPressed !== "true";
    this.numbers.ariaPressed = String(isOn);
    this.body.querySelector(".told-numbers")?.remove();
    if (isOn) this.tell();
  }

  fail(problem) {
    this.clear();
    this.numbers.hidden = true;
    const isMissing = problem.status === NOT_THERE;
    const words = problem.status === undefined ? "This could not be drawn: reload the page." : problem.message;
    const made = element("p", isMissing ? "This question is not answered here yet." : words, isMissing ? "empty" : "note bad");
    this.body.append(made);
    if (problem.status === undefined) throw problem; // a mistake of ours
    if (isMissing) return;
    const again = element("button", "Ask again", "quiet");
    again.type = "button";
    again.addEventListener("click", () => this.askAgain());
    this.body.append(again);
  }
}

// Panels that ask the same get the same answer; a refusal is not kept.
function shared(address) {
  const { answers, controller } = round;
  if (!answers.has(address)) {
    const answer = ask("GET", address, undefined, {}, controller.signal);
    answers.set(address, answer);
    answer.catch(() => answers.delete(address));
  }
  return answers.get(address);
}

function renew() {
  round.controller.abort();
  round = newRound();
  for (const one of panels.values()) one.mine = null;
}

// Nothing to draw: because of the filters, of the days, or because nothing is known at all yet.
function nothing(words) {
  if (words) return element("p", words, "empty");
  const made = element("p", "", "empty");
  const to = (text, address) => Object.assign(element("a", text), { href: address });
  if (isFiltered()) made.append("Nothing like that was played in these days. ", to("Without filters", withoutFilters()));
  else if (days() !== "all")
    made.append("Nothing was played in these days. ", to("All days", linkTo({ days: "all", since: null, before: null })));
  else
    made.append(
      "Nothing was played yet, as far as we know. Plays appear while somebody watches; older ones come from ",
      to("a sync or an import", "/sync"),
      ".",
    );
  return made;
}

// Puts a chart (of `pictures.js`) into a panel's body; gives its table.
export function picture(body, { option, label, table: numbers }, size = "") {
  const place = element("div", "", size);
  body.append(place);
  draw(place, option, label);
  return numbers;
}

export function fill(place, definitions) {
  for (const [old] of panels) seen.unobserve(old);
  renew();
  panels.clear();
  forget(place);
  place.replaceChildren();
  for (const definition of definitions) {
    const made = new Panel(definition);
    panels.set(made.element, made);
    place.append(made.element);
    seen.observe(made.element);
  }
}

export function askAll() {
  renew();
  for (const one of panels.values()) one.askAgain();
}
