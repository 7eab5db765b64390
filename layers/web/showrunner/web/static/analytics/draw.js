// Charts of ECharts in the page's own colours: redrawn when these change, and with their place.
import { init } from "./echarts-6.1.0.min.js";
import { element } from "./api.js";

const drawn = new Map(); // place -> { chart, option }
const isDark = matchMedia("(prefers-color-scheme: dark)");
const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
const COLOURS = 8;

export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export const palette = () => Array.from({ length: COLOURS }, (_, place) => colour(`chart-${place + 1}`));

// Some things have the same colour wherever they are drawn.
const FIXED = new Map(
  Object.entries({
    movie: 1,
    episode: 2,
    track: 3,
    direct_play: 3,
    direct_stream: 1,
    transcode: 2,
    local: 3,
    remote: 1,
  }),
);
export function colourOf(name, place) {
  if (name === null || name === undefined || name === "(others)") return colour("chart-none");
  if (name === "all") return colour("ink");
  return colour(`chart-${FIXED.get(name) ?? (place % COLOURS) + 1}`);
}

// A look of our own: markup with styles is what the content security policy forbids.
export function tip(title, lines) {
  const made = element("div", "", "tip");
  made.append(element("p", title, "tip-title"));
  for (const [name, value, mark] of lines) {
    const line = element("p", "", "tip-line");
    if (mark) {
      const sign = element("i");
      sign.style.background = mark;
      line.append(sign);
    }
    line.append(element("span", name), element("b", value));
    made.append(line);
  }
  return made;
}

function base() {
  const [ink, soft] = [colour("ink"), colour("soft")];
  return {
    color: palette(),
    animation: !isCalm.matches,
    animationDuration: 300,
    textStyle: { color: ink, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 },
    tooltip: {
      confine: true,
      className: "chart-tip",
      padding: 0,
      borderWidth: 0,
      backgroundColor: "transparent",
      extraCssText: "",
      textStyle: { color: ink },
      transitionDuration: 0,
    },
    legend: {
      type: "scroll",
      bottom: 0,
      left: "center",
      icon: "roundRect",
      itemWidth: 10,
      itemHeight: 10,
      textStyle: { color: ink, width: 140, overflow: "truncate" },
      tooltip: { show: false },
      pageTextStyle: { color: soft },
      pageIconColor: soft,
      pageIconInactiveColor: colour("line"),
      inactiveColor: colour("line"),
    },
  };
}

// Axes are said here once; `axis(...)` gives one of a chart.
export function axis(kind, more = {}) {
  const { axisLabel = {}, ...rest } = more;
  return {
    type: kind,
    axisLine: { show: kind === "category", lineStyle: { color: colour("line") } },
    axisTick: { show: false },
    splitLine: { show: kind === "value", lineStyle: { color: colour("line") } },
    axisLabel: { color: colour("soft"), fontSize: 11, hideOverlap: true, ...axisLabel },
    ...rest,
  };
}

// `option` is a function, for it takes the colours of the moment.
export function draw(place, option, label) {
  let known = drawn.get(place);
  if (!known) {
    place.classList.add("chart");
    known = { chart: init(place, null, { renderer: "canvas" }) };
    drawn.set(place, known);
    resized.observe(place);
  }
  known.option = option;
  place.role = "img";
  place.ariaLabel = label;
  redraw(known);
  return known.chart;
}

function redraw({ chart, option }) {
  const wanted = option(chart.getWidth());
  const { tooltip, legend } = base();
  chart.setOption(
    {
      ...base(),
      ...wanted,
      tooltip: { ...tooltip, ...wanted.tooltip },
      legend: wanted.legend === undefined ? undefined : { ...legend, ...wanted.legend },
    },
    { notMerge: true },
  );
}

export function forget(within) {
  for (const [place, { chart }] of drawn) {
    if (place !== within && !within.contains(place)) continue;
    resized.unobserve(place);
    chart.dispose();
    drawn.delete(place);
  }
}

const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const known = drawn.get(target);
    if (!known || (known.chart.getWidth() === target.clientWidth && known.chart.getHeight() === target.clientHeight)) continue;
    known.chart.resize();
    redraw(known); // labels and legends depend on the width
  }
});
isDark.addEventListener("change", () => {
  for (const known of drawn.values()) redraw(known);
});
