/* Curves over a number: {"kind": "curve", "x": label, "y": label, "series": [{"name", "points": [{"x", "value", "low", "high"}]}],
   "points": [{"x", "y", "name"}], "target"?: number on the y axis, "log"?: true for an x axis in equal ratios, "zero"?: true for
   a y axis from zero}. `low` and `high` may be left out: then there is no band. Series are told apart by their dashes and named
   at their ends, above the drawing where it is narrow; `points` are single places with their names. */
export const DASHES = ["none", "7 4", "2 4", "9 3 2 3", "14 4"];
const LINE = 14;
const LETTER = 6.6;

const whole = (value) => value.toLocaleString("en-GB", { maximumFractionDigits: 2 });

/** A number on the x axis: counts with commas, others with two decimals at most. */
export function onAxis(value) {
  return whole(value).replace("-", "−");
}

/** Move names that would lie on each other apart, all of them within [top, foot]; positions in pixels, any order. */
export function apart(wanted, top, foot, least = LINE) {
  const order = wanted.map((_, place) => place).sort((a, b) => wanted[a] - wanted[b]);
  const found = [];
  let next = top;
  for (const place of order) {
    found[place] = Math.max(next, wanted[place]);
    next = found[place] + least;
  }
  let last = foot;
  for (const place of order.reverse()) {
    found[place] = Math.min(last, found[place]);
    last = found[place] - least;
  }
  return found;
}

function reach(values, zero) {
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (zero) low = Math.min(0, low);
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  high += room;
  if (!zero || low < 0) low -= room;
  return [low, high];
}

function textOf(value, width) {
  return value.length * LETTER > width ? `${value.slice(0, Math.max(3, Math.floor(width / LETTER) - 1))}…` : value;
}

export function curve(Plot, data, width, format) {
  const series = data.series.filter((one) => one.points.length);
  const places = data.points ?? [];
  const target = data.target == null ? [] : [data.target];
  const narrow = width < 560;
  const longest = Math.max(...series.map((one) => one.name.length)) * LETTER + 16;
  const marginRight = narrow ? 16 : Math.min(220, longest);
  const above = narrow && series.length > 1 ? series.length * LINE + 8 : 0;
  const [marginLeft, marginTop, marginBottom, height] = [56, 30 + above, 42, 300 + above];
  const all = series.flatMap((one) => one.points);
  const ys = [...all.flatMap((point) => [point.value, point.low, point.high]), ...places.map((point) => point.y), ...target].filter((value) => value != null);
  const domain = reach(ys, data.zero);
  const toPixel = (value) => marginTop + ((domain[1] - value) / (domain[1] - domain[0])) * (height - marginTop - marginBottom);
  const ends = series.map((one) => one.points.reduce((end, point) => (point.x > end.x ? point : end)));
  const beside = apart(ends.map((end) => toPixel(end.value)), marginTop, height - marginBottom - 4);
  const xs = [...all.map((point) => point.x), ...places.map((point) => point.x)];
  const names = places.map((point) => ({ ...point, right: point.x <= middle(xs, data.log) }));
  return Plot.plot({
    width, height, marginLeft, marginRight, marginTop, marginBottom, className: "plot",
    x: { type: data.log ? "log" : "linear", domain: [Math.min(...xs), Math.max(...xs)], label: data.x, labelAnchor: "center", labelArrow: "none", ticks: narrow ? 3 : 6, tickFormat: onAxis, tickSize: 4 },
    y: { domain, label: data.y, labelAnchor: "top", labelArrow: "none", labelOffset: marginLeft - 8, ticks: 5, tickFormat: format, grid: true },
    marks: [
      data.zero ? Plot.ruleY([0], { className: "zero" }) : null,
      Plot.ruleY(target, { className: "target", strokeDasharray: "4 3" }),
      ...series.flatMap((one, place) => [
        Plot.areaY(one.points.filter((point) => point.low != null), { x: "x", y1: "low", y2: "high", fillOpacity: 0.14, className: `band series-${place % 4}` }),
        Plot.line(one.points, { x: "x", y: "value", strokeDasharray: DASHES[place % DASHES.length], strokeWidth: 2, className: `line series-${place % 4}` }),
        narrow ? null : Plot.text([ends[place]], {
          x: "x", y: "value", text: () => textOf(one.name, marginRight - 12), dx: 8, dy: beside[place] - toPixel(ends[place].value), textAnchor: "start", className: "name",
        }),
      ]),
      above ? () => key(series, width - marginLeft - marginRight, marginLeft) : null,
      Plot.dot(places, { x: "x", y: "y", r: 5, fill: "currentColor", className: "value" }),
      ...[true, false].map((right) => Plot.text(names.filter((point) => point.right === right), { x: "x", y: "y", text: "name", dx: right ? 9 : -9, dy: -11, textAnchor: right ? "start" : "end", className: "name" })),
    ].filter(Boolean),
  });
}

/** The names of the series with their dashes, one below the other. */
function key(series, width, left) {
  const make = (name, attributes, text = "") => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
    element.textContent = text;
    return element;
  };
  const all = make("g", {});
  series.forEach((one, place) => {
    const y = 28 + place * LINE;
    const line = make("g", { class: `line series-${place % 4}`, "stroke-width": 2, "stroke-dasharray": DASHES[place % DASHES.length] });
    line.append(make("line", { x1: left, x2: left + 30, y1: y, y2: y }));
    const name = make("g", { class: "name", "text-anchor": "start" });
    name.append(make("text", { x: left + 38, y: y + 4 }, textOf(one.name, width - 38)));
    all.append(line, name);
  });
  return all;
}

function middle(xs, log) {
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  return log && low > 0 ? Math.sqrt(low * high) : (low + high) / 2;
}
