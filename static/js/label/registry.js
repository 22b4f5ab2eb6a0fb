/* What draws a question and a field. A new kind or display is its module and one line here; those that few projects
   use are fetched when a project needs them: `name: () => import("../kinds/name.js")`. */

import * as image from "../displays/image.js";
import * as text from "../displays/text.js";
import * as choice from "../kinds/choice.js";
import * as rating from "../kinds/rating.js";

const KINDS = { choice: () => choice, rating: () => rating };
const DISPLAYS = { text: () => text, image: () => image };

export const kindOf = async (name) => (await KINDS[name]()).render;
export const displayOf = async (name) => (await (DISPLAYS[name] ?? DISPLAYS.text)()).draw;
