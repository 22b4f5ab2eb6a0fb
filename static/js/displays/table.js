/* A field shown as a table: a list of objects or of lists, or one object. It scrolls in a region of its own. */

import { h } from "../lib/dom.js";
import { tableOf } from "./shapes.js";
import { draw as drawText } from "./text.js";

export function draw(value, about) {
  const table = tableOf(value);
  if (!table) return drawText(value);
  const head = table.head && h("thead", {}, h("tr", {}, table.head.map((name) => h("th", { scope: "col", dir: "auto" }, name))));
  const body = h("tbody", {}, table.rows.map(({ name, cells }) => h("tr", {},
    name === null ? null : h("th", { scope: "row", dir: "auto" }, name),
    cells.map(({ text, number }) => h("td", { dir: "auto", class: number ? "num" : null }, text)))));
  const words = about.field.replaceAll("_", " ");
  return { node: h("div", { class: "shown-table", role: "region", tabindex: 0, "aria-label": `Table: ${words}` }, h("table", {}, head, body)), ready: null };
}
