/* Names and contents of the files that a chart is saved as. */

/** "Film reviews, week" → film-reviews-week. Letters of any script stay. */
export function plain(text) {
  return text.normalize("NFC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60).replace(/-+$/, "");
}

/** project-question-what-2026-11-21.svg; parts that are not known are left out. */
export function fileName(parts, ending, now = new Date()) {
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  return `${[...parts.map((part) => plain(part ?? "")), day].filter(Boolean).join("-")}.${ending}`;
}

/** A cell of a CSV file: numbers as they are; a text that starts like a formula would be run by a spreadsheet. */
export function cell(value) {
  if (value == null) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The numbers of a chart, a row each, heads first. */
export function table(data) {
  if (data.kind === "curve") {
    const rows = data.series.flatMap((one) => one.points.map((point) => [one.name, point.x, point.value, point.low, point.high]));
    return [["series", "x", "value", "low", "high"], ...rows, ...(data.points ?? []).map((point) => [point.name, point.x, point.y, null, null])];
  }
  const marks = (data.marks ?? []).map((mark) => [mark.name, mark.at]);
  const rows = data.rows.map((row) => [row.name, row.value, row.low, row.high]);
  return [["name", "value", "low", "high"], ...rows, ...(marks.length ? [["mark", "at"], ...marks] : [])];
}

export function csv(rows) {
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** The numbers of a chart in words. */
export function inWords(data, format, most = 60) {
  const said = (name, { value, low, high }) => `${name}: ${format(value)}${low == null ? "" : ` [${format(low)}–${format(high)}]`}`;
  const all = data.kind === "curve"
    ? data.series.flatMap((one) => one.points.map((point) => said(`${one.name} at ${point.x}`, point)))
    : data.rows.map((row) => said(row.name, row));
  return all.length > most ? `${all.slice(0, most).join("; ")}; and ${all.length - most} more` : all.join("; ");
}
