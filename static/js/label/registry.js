/* What draws a question and a field. A new kind or display is its module and one line here; those that few projects
   use are fetched when a project needs them: `name: () => import("../kinds/name.js")`. */

import * as image from "../displays/image.js";
import * as text from "../displays/text.js";
import * as choice from "../kinds/choice.js";
import * as rating from "../kinds/rating.js";

const KINDS = {
  choice: () => choice,
  rating: () => rating,
  choices: () => import("../kinds/choices.js"),
  number: () => import("../kinds/number.js"),
  text: () => import("../kinds/text.js"),
  spans: () => import("../kinds/spans.js"),
  boxes: () => import("../kinds/boxes.js"),
};
const DISPLAYS = {
  text: () => text,
  image: () => image,
  markdown: () => import("../displays/markdown.js"),
  audio: () => import("../displays/audio.js"),
  table: () => import("../displays/table.js"),
  dialogue: () => import("../displays/dialogue.js"),
};

export const kindOf = async (name) => (await KINDS[name]()).render;
export const displayOf = async (name) => (DISPLAYS[name] ?? DISPLAYS.text)();

/** What these kinds and displays say of their keys: [[key, sentence]]. */
export async function helpsOf(kinds, displays) {
  const modules = [...[...displays].map(displayOf), ...[...kinds].map((name) => KINDS[name]())];
  return (await Promise.all(modules)).flatMap(({ helps = [] }) => helps);
}
