/* A field shown as a dialogue: who said what, in turns. The first speaker stands on one side and all others on the other,
   so that nobody needs colours to follow. */

import { h } from "../lib/dom.js";
import { turnsOf } from "./shapes.js";
import { draw as drawText } from "./text.js";

export function draw(value) {
  const turns = turnsOf(value);
  if (!turns) return drawText(value);
  const list = h("ol", { class: "shown-dialogue" }, turns.map(({ who, said }) => h("li", { class: who === turns[0].who ? null : "other" },
    who ? h("p", { class: "speaker", dir: "auto" }, who) : null, h("p", { class: "turn-text", dir: "auto" }, said))));
  return { node: list, ready: null };
}
