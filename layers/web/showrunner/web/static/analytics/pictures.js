// Charts of the answers: `{ option, label, table }`, to be drawn in a panel.
import { axis, colour, colourOf, palette, tip } from "./draw.js";
import { bytes, categories, category, count, hoursOf, measured, sentence, share, short, weekday, word } from "./formats.js";
import { ofChart, ofRows } from "./tables.js";

const NARROW = 480;
const MOST_BARS = 130;
const isTime = (unit) => unit === "seconds";
const scaled = (value, unit) => (value === null ? null : isTime(unit) ? hoursOf(value) : value);
const axisWords = (unit) => (value) =>
  unit === "share"
    ? share(value)
    : unit === "bytes"
      ? bytes(value)
      : unit === "kilobits_per_second"
        ? `${short(value / 1000)} Mbit/s`
        : short(value) + (isTime(unit) ? " h" : "");
const sum = (data) => data.reduce((all, value) => all + (value ?? 0), 0);

function summary(title, { unit, series }) {
  const told = series.slice(0, 8).map(({ name, data }) => {
    const known = data.filter((value) => value !== null);
    return `${word(name)}: ${measured(Math.max(0, ...known), unit)} at most`;
  });
  return `${title}. ${told.join("; ")}. The button Numbers shows all of it as a table.`;
}

// Series over categories. `kind`: "bar" or "line"; stacked unless that would add up to nothing.
export function series(chart, title, { kind = "bar", isStacked = true, colours = colourOf, yAxis = {} } = {}) {
  const { unit, categories: texts } = chart;
  const isBar = kind === "bar" && texts.length <= MOST_BARS;
  const some = chart.series.filter(({ data }) => sum(data) > 0);
  const lines = isStacked && some.length ? some : chart.series;
  const tooltip = {
    trigger: "axis",
    axisPointer: { type: isBar ? "shadow" : "line" },
    formatter: (found) => tip(category(texts[found[0].dataIndex], true), tipLines(found, lines, unit, isStacked)),
  };
  const option = () => ({
    grid: { left: 4, right: 8, top: 12, bottom: lines.length > 1 ? 34 : 4, outerBoundsMode: "same" },
    legend: lines.length > 1 ? { data: lines.map(({ name }) => word(name)) } : { show: false },
    tooltip,
    xAxis: axis("category", { data: categories(texts), boundaryGap: isBar, axisLabel: { interval: texts.length <= 8 ? 0 : "auto" } }),
    yAxis: axis("value", { axisLabel: { formatter: axisWords(unit) }, minInterval: isTime(unit) || unit === "share" ? 0 : 1, ...yAxis }),
    series: lines.map((one, place) => oneSeries(one, place, { unit, isBar, isStacked, colours, isLast: place === lines.length - 1 })),
  });
  return { option, label: summary(title, chart), table: ofChart(chart, title) };
}

function tipLines(found, lines, unit, isStacked) {
  const told = found
    .filter(({ value }) => value !== null && value !== undefined)
    .map(({ seriesIndex, dataIndex, color }) => [word(lines[seriesIndex].name), measured(lines[seriesIndex].data[dataIndex], unit), color]);
  if (isStacked && told.length > 1) told.push(["together", measured(sum(lines.map(({ data }) => data[found[0].dataIndex])), unit)]);
  return told;
}

function oneSeries({ name, data }, place, { unit, isBar, isStacked, colours, isLast }) {
  const tone = colours(name, place);
  return {
    name: word(name),
    type: isBar ? "bar" : "line",
    stack: isStacked ? "all" : undefined,
    data: data.map((value) => scaled(value, unit)),
    itemStyle: { color: tone, borderRadius: isBar && (isLast || !isStacked) ? [3, 3, 0, 0] : 0 },
    barMaxWidth: 34,
    barCategoryGap: "22%",
    showSymbol: data.length < 2,
    symbolSize: 5,
    lineStyle: { width: isStacked ? 1 : 2, color: tone },
    areaStyle: !isBar && isStacked ? { opacity: 0.75, color: tone } : undefined,
    emphasis: { disabled: true },
    silent: !isBar,
    connectNulls: false,
  };
}

// Series as rows, categories as columns: weekdays by hours, or by weeks; with words in the cells where these fit.
export function heat(chart, title, { columnWords = category, rowWords = weekday, tipTitle, isTold = false } = {}) {
  const { unit, categories } = chart;
  const rows = chart.series.map(({ name }) => rowWords(name));
  const cells = chart.series.flatMap(({ data }, row) =>
    data.map((value, column) => [column, row, value]).filter(([, , value]) => value !== null),
  );
  const most = Math.max(unit === "share" ? 0 : 1, ...cells.map(([, , value]) => value)) || 1;
  const isRead = (width) => isTold && width / (categories.length + 2) > 40;
  const option = (width) => ({
    grid: { left: 4, right: 4, top: 4, bottom: 4, outerBoundsMode: "same" },
    tooltip: {
      formatter: ({ value: [column, row, value] }) =>
        tip(tipTitle ? tipTitle(categories[column], row) : `${rows[row]}: ${columnWords(categories[column])}`, [
          [isTime(unit) ? "watched" : unit === "share" ? "" : unit, measured(value, unit)],
        ]),
    },
    visualMap: { show: false, min: 0, max: most, inRange: { color: [0, 1, 2, 3, 4].map((step) => colour(`heat-${step}`)) } },
    xAxis: axis("category", { data: categories.map((name) => columnWords(name)), axisLine: { show: false }, axisLabel: { interval: 0 } }),
    yAxis: axis("category", {
      data: rows,
      inverse: true,
      axisLine: { show: false },
      axisLabel: { interval: width < NARROW && rows.length === 7 ? 1 : 0, width: width < NARROW ? 84 : 140, overflow: "truncate" },
    }),
    series: [
      {
        type: "heatmap",
        data: cells.map((value) => ({ value, label: { color: colour(value[2] > most * 0.6 ? "on-heat" : "ink") } })),
        progressive: 0,
        label: { show: isRead(width), fontSize: 11, formatter: ({ value }) => measured(value[2], unit) },
        itemStyle: { borderColor: colour("card"), borderWidth: width < NARROW ? 0.5 : 2, borderRadius: width < NARROW ? 1 : 4 },
        emphasis: { itemStyle: { borderColor: colour("ink"), borderWidth: 1 } },
      },
    ],
  });
  return { option, label: summary(title, chart), table: ofChart(chart, title) };
}

// Parts of a whole: rows of a name and a value.
export function donut(rows, unit, title, { colours = colourOf } = {}) {
  const all = sum(rows.map(({ value }) => value));
  const parts = new Map(rows.map(({ name, value }) => [word(name), share(all ? value / all : 0)]));
  const option = () => ({
    legend: { type: rows.length > 5 ? "scroll" : "plain", formatter: (name) => `${name}  ${parts.get(name)}` },
    tooltip: {
      formatter: ({ dataIndex }) => {
        const { name, value } = rows[dataIndex];
        return tip(sentence(word(name)), [
          [unit, measured(value, unit)],
          ["of all", share(all ? value / all : 0)],
        ]);
      },
    },
    series: [
      {
        type: "pie",
        radius: ["52%", "78%"],
        center: ["50%", "44%"],
        data: rows.map(({ name, value }, place) => ({ name: word(name), value, itemStyle: { color: colours(name, place) } })),
        itemStyle: { borderColor: colour("card"), borderWidth: 2, borderRadius: 4 },
        emphasis: { scale: false },
        label: { show: false },
        minAngle: 2,
      },
    ],
  });
  const told = rows.map(({ name, value }) => `${word(name)} ${share(all ? value / all : 0)}`);
  return { option, label: `${title}: ${told.join(", ")}.`, table: ofRows(rows, unit, title) };
}

// What the file had (a bar each) against what was delivered (its pieces).
export function flow(pairs, title) {
  const sources = [...new Set(pairs.map(({ source }) => source))];
  const targets = [...new Set(pairs.map(({ delivered }) => delivered))];
  const plays = new Map(pairs.map((one) => [`${one.source}\n${one.delivered}`, one.plays]));
  const chart = {
    unit: "plays",
    categories: sources,
    series: targets.map((target) => ({ name: target, data: sources.map((source) => plays.get(`${source}\n${target}`) ?? 0) })),
  };
  const colours = palette();
  const option = () => ({
    grid: { left: 4, right: 12, top: 4, bottom: 34, outerBoundsMode: "same" },
    legend: { data: targets.map(word) },
    tooltip: {
      trigger: "axis",
      axisPointer: { type: "shadow" },
      formatter: (found) =>
        tip(
          `The file: ${word(sources[found[0].dataIndex])}`,
          found.filter(({ value }) => value > 0).map(({ seriesName, value, color }) => [seriesName, count(value), color]),
        ),
    },
    xAxis: axis("value", { axisLabel: { formatter: axisWords("plays") }, splitNumber: 4 }),
    yAxis: axis("category", { data: sources.map(word), inverse: true, axisLabel: { width: 90, overflow: "truncate" } }),
    series: chart.series.map(({ name, data }, place) => ({
      name: word(name),
      type: "bar",
      stack: "all",
      data,
      barMaxWidth: 26,
      emphasis: { disabled: true },
      itemStyle: { color: name === null ? colour("chart-none") : colours[place % colours.length] },
    })),
  });
  const told = pairs.slice(0, 8).map(({ source, delivered, plays: number }) => `${word(source)} as ${word(delivered)}: ${count(number)}`);
  return { option, label: `${title}. ${told.join("; ")}.`, table: ofChart(chart, title) };
}

// Ranks by time: the first is at the top, and lines end where something was not played.
export function ranks(chart, title) {
  const lines = chart.series;
  const made = series(chart, title, {
    kind: "line",
    isStacked: false,
    yAxis: {
      inverse: true,
      min: 1,
      max: Math.max(2, lines.length),
      minInterval: 1,
      splitLine: { show: false },
      axisLabel: { formatter: (rank) => `#${rank}` },
    },
  });
  const option = (width) => {
    const drawn = made.option(width);
    return {
      ...drawn,
      grid: { ...drawn.grid, top: 18, left: 12, right: 18 },
      series: drawn.series.map((one) => ({
        ...one,
        smooth: 0.25,
        smoothMonotone: "x",
        showSymbol: true,
        symbol: "circle",
        symbolSize: 8,
        lineStyle: { ...one.lineStyle, width: 3 },
      })),
    };
  };
  return { ...made, option };
}
