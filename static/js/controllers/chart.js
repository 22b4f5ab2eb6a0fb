/* <figure data-controller="chart" data-source="ID of a JSON script" data-title="The finding" [data-unit="percent"]>
     <div class="drawing"></div> … the table of the numbers …
   [data-project] [data-question] [data-what] name the files that the chart is saved as; its kinds are rows of dots, bars, a trend
   and curves (../charts/curve.js has their shape). Draws with Plot, fetched only when a chart comes into view. Colours are CSS's: the chart is drawn in currentColor. */
import { curve } from "../charts/curve.js";
import { saving } from "../charts/saving.js";

const NARROW = 360;
const DASHES = { guideline: null, schema: "6 3", note: "1 4" };
const LANE = 14;
const LANES = 4;

export class Chart {
  constructor(element) {
    this.host = element.querySelector(".drawing");
    this.title = element.dataset.title;
    this.percent = element.dataset.unit === "percent";
    this.data = JSON.parse(document.getElementById(element.dataset.source).textContent);
    this.width = 0;
    this.observer = new ResizeObserver(([entry]) => this.draw(Math.round(entry.contentRect.width)));
    this.observer.observe(this.host);
  }

  disconnect() {
    this.observer.disconnect();
    this.files?.remove();
  }

  async draw(width) {
    if (!width || Math.abs(width - this.width) < 8) return;
    this.width = width;
    const Plot = await import("@observablehq/plot");
    const svg = this.plot(Plot, width);
    // Plot's own <style> would be refused by the page's policy; charts.css says the same.
    svg.querySelectorAll("style").forEach((style) => style.remove());
    // Names of its parts say nothing to anybody, and stand where ARIA allows none.
    svg.querySelectorAll("[aria-label]").forEach((part) => {
      part.dataset.part = part.getAttribute("aria-label");
      part.removeAttribute("aria-label");
    });
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", this.title);
    this.host.replaceChildren(svg);
    this.offerFiles();
  }

  plot(Plot, width) {
    if (this.data.kind === "curve") return curve(Plot, this.data, width, (value) => this.format(value));
    return this.data.kind === "trend" ? this.trend(Plot, width) : this.data.kind === "bars" ? this.bars(Plot, width) : this.dots(Plot, width);
  }

  offerFiles() {
    if (this.files) return;
    const drawn = () => this.host.querySelector("svg");
    this.files = saving(this.host.closest("figure"), { title: this.title, data: this.data, drawn, format: (value) => this.format(value) });
    this.host.after(this.files);
  }

  format(value) {
    return this.percent ? `${Math.round(value * 100)} %` : value.toFixed(2).replace("-", "−");
  }

  scale(rows, length = 500) {
    const lowest = Math.min(0, ...rows.map((row) => row.low ?? row.value));
    return { domain: [lowest, 1], ticks: length < 300 ? 2 : 5, tickFormat: (value) => this.format(value), label: null, grid: true };
  }

  target() {
    return this.data.target == null ? [] : [this.data.target];
  }

  /* Where the number of a row starts: right of its interval, and of the target's line where that stands just there. */
  beside(row) {
    const end = row.high ?? row.value;
    return Math.max(end, ...this.target().filter((target) => target > end - 0.02 && target < end + 0.2));
  }

  dots(Plot, width) {
    const rows = this.data.rows;
    const longest = Math.max(...rows.map((row) => row.name.length));
    const marginLeft = Math.min(width < NARROW ? 110 : 220, 16 + longest * 7);
    const short = (name) => (name.length * 7 > marginLeft ? `${name.slice(0, Math.floor(marginLeft / 7) - 1)}…` : name);
    return Plot.plot({
      width, marginLeft, marginRight: 64, height: 34 + rows.length * 30, className: "plot",
      x: this.scale(rows, width - marginLeft - 64), y: { domain: rows.map((row) => row.name), label: null, tickFormat: short, tickSize: 0 },
      marks: [
        Plot.ruleX([0], { className: "zero" }),
        Plot.ruleX(this.target(), { className: "target", strokeDasharray: "4 3" }),
        Plot.ruleY(rows.filter((row) => row.low != null), { y: "name", x1: "low", x2: "high", strokeWidth: 2, className: "reach" }),
        Plot.dot(rows, { y: "name", x: "value", r: 5, fill: "currentColor", className: "value" }),
        Plot.text(rows, { y: "name", x: (row) => this.beside(row), text: (row) => this.format(row.value), dx: 10, textAnchor: "start", className: "number" }),
      ],
    });
  }

  /* Counts, from zero. */
  bars(Plot, width) {
    const { rows } = this.data;
    const longest = Math.max(...rows.map((row) => row.name.length));
    const skipped = Math.ceil((rows.length * Math.max(48, longest * 7 + 8)) / Math.max(width - 64, 48));
    const widest = Math.max(...rows.map((row) => row.value.toLocaleString("en-GB").length));
    const room = (width - 64) / rows.length > widest * 8; // else the numbers would run into each other; the table has them
    return Plot.plot({
      width, height: 180, marginLeft: 48, marginTop: 24, className: "plot",
      x: { domain: rows.map((row) => row.name), label: null, tickSize: 0, ticks: rows.map((row) => row.name).filter((_, place) => (rows.length - 1 - place) % skipped === 0) },
      y: { label: null, grid: true, ticks: 3, domain: [0, Math.max(1, ...rows.map((row) => row.value))], tickFormat: (value) => (Number.isInteger(value) ? value.toLocaleString("en-GB") : "") },
      marks: [
        Plot.barY(rows, { x: "name", y: "value", className: "bar", insetLeft: 2, insetRight: 2 }),
        Plot.text(rows.filter((row) => room && row.value), { x: "name", y: "value", text: (row) => row.value.toLocaleString("en-GB"), dy: -8, className: "number" }),
        Plot.ruleY([0], { className: "zero" }),
      ],
    });
  }

  /* marks: [{at, name, kind}], kind "guideline", "schema" or "note": a line each, told apart by its dashes and its name. */
  trend(Plot, width) {
    const rows = this.data.rows.map((row) => ({ ...row, at: new Date(row.at) }));
    const marks = this.inLanes(rows, this.data.marks.map((mark) => ({ ...mark, at: new Date(mark.at) })), width - 72);
    const lanes = Math.max(0, ...marks.map((mark) => mark.lane + 1));
    const drawn = marks.flatMap((mark) => {
      const above = lanes * LANE - Math.max(mark.lane, 0) * LANE;
      const line = Plot.ruleX([mark], { x: "at", strokeDasharray: DASHES[mark.kind], insetTop: mark.lane < 0 ? 0 : -above, className: `mark ${mark.kind}` });
      const name = Plot.text([mark], { x: "at", text: "name", frameAnchor: "top", dx: 4, dy: -above, textAnchor: "start", className: "mark-text" });
      return mark.lane < 0 ? [line] : [line, name];
    });
    return Plot.plot({
      width, height: 220 + lanes * LANE, marginLeft: 48, marginRight: 24, marginTop: 20 + lanes * LANE, className: "plot",
      x: { type: "utc", label: null, ticks: width < NARROW ? 3 : 6 }, y: this.scale(rows),
      marks: [
        Plot.ruleY([0], { className: "zero" }),
        Plot.ruleY(this.target(), { className: "target", strokeDasharray: "4 3" }),
        Plot.areaY(rows.filter((row) => row.low != null), { x: "at", y1: "low", y2: "high", fillOpacity: 0.18, className: "band" }),
        Plot.line(rows, { x: "at", y: "value", className: "line" }),
        Plot.dot(rows, { x: "at", y: "value", r: 4, fill: "currentColor", className: "value" }),
        ...drawn,
      ],
    });
  }

  /* Names of marks that stand close to each other go one below the other; those that find no room are named in the list alone. */
  inLanes(rows, marks, length) {
    const times = [...rows, ...marks].map((row) => row.at.getTime());
    const first = Math.min(...times);
    const scale = length / Math.max(1, Math.max(...times) - first);
    const ends = [];
    return marks.sort((one, other) => one.at - other.at).map((mark) => {
      const from = (mark.at.getTime() - first) * scale;
      let lane = ends.findIndex((end) => end < from);
      if (lane < 0) lane = ends.length < LANES ? ends.length : -1;
      if (lane >= 0) ends[lane] = from + mark.name.length * 7 + 12;
      return { ...mark, lane };
    });
  }
}
