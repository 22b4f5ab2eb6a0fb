/* A field shown as text: as it is, never as HTML, in its own writing direction. */

import { h } from "../lib/dom.js";

export function draw(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value ?? "", null, 1);
  return { node: h("p", { class: "shown-text", dir: "auto" }, text), ready: null };
}
