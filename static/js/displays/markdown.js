/* A field shown as Markdown: HTML that the server made of it and cleaned, beside the text itself; without it, the text. */

import { h } from "../lib/dom.js";
import { draw as drawText } from "./text.js";

export function draw(value, { html }) {
  if (typeof html !== "string") return drawText(value);
  const node = h("div", { class: "shown-markdown prose", dir: "auto" });
  node.innerHTML = html;
  for (const link of node.querySelectorAll("a[href]")) link.target = "_blank"; // nobody leaves the page by looking something up
  return { node, ready: null };
}
