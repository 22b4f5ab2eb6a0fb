/* The letter, fill and pattern of a class, as labelling/templatetags/workbench.py writes them on the server. */

import { h } from "./dom.js";

const FILLS = 8;

/** 1 → "A", 26 → "Z", 27 → "AA". */
export function letter(number) {
  let letters = "";
  for (let left = number; left > 0; left = Math.floor((left - 1) / 26)) letters = String.fromCharCode(65 + ((left - 1) % 26)) + letters;
  return letters;
}

/** {fill: 1 to 8, pattern: 1 to 8 or null, letter} of class `number`, counted from 1. */
export function lookOf(number) {
  const fill = ((number - 1) % FILLS) + 1;
  const again = Math.floor((number - 1) / FILLS);
  return { fill, pattern: again ? ((fill - 1 + 3 * again) % FILLS) + 1 : null, letter: letter(number) };
}

/** <span class="swatch" data-class-no="1">A</span> for class `number`, counted from 1. */
export function swatch(number) {
  const look = lookOf(number);
  return h("span", { class: number > 26 ? "swatch wide" : "swatch", "data-class-no": look.fill, "data-pattern": look.pattern }, look.letter);
}
