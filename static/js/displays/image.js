/* A field shown as a picture, loaded and decoded before its turn. Small ones (digits, icons) are enlarged, pixel by pixel; of
   large ones a scaled copy is shown. A value is an address, or {url, width, height, copies: [2048, …]} of the upright picture. */

import { h } from "../lib/dom.js";

const SMALL = 200; // pixels
const ENOUGH = 2048; // of the longer side, for a picture that fits a screen

export function draw(value, { key }) {
  const { url = "", width = null, height = null, copies = [] } = typeof value === "string" ? { url: value } : value ?? {};
  const figure = h("div", { class: "shown-image" });
  const load = (from) => {
    const image = h("img", { alt: `Picture of example ${key}`, decoding: "async", draggable: "false", width, height });
    image.src = from;
    figure.replaceChildren(image);
    return image.decode().then(() => {
      image.classList.toggle("small", Math.max(image.naturalWidth, image.naturalHeight) < SMALL);
      figure.dispatchEvent(new Event("picture")); // what draws on it may do so now
    });
  };
  const failed = (again) => {
    const button = h("button", { type: "button", class: "button" }, "Load it again");
    button.addEventListener("click", again);
    figure.replaceChildren(h("p", { class: "not-loaded" }, "The picture did not load. Load it again, or skip the example."), button);
  };
  const copy = copies.find((side) => side >= ENOUGH);
  return { node: figure, ready: load(copy ? `${url}?w=${copy}` : url), again: () => load(url), failed };
}
