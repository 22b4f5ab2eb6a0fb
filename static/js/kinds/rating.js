/* A step on a scale: native radios in a row, drawn by templates/kinds/rating.html. Digits are the rating itself where it
   has one digit everywhere, else its place; each step shows its key. */

import { radios } from "./radios.js";

export function render(question, host, changed) {
  return radios(question, host, changed, Number).kind;
}
