/* A field shown as a picture, loaded and decoded before its turn. Small ones (digits, icons) are enlarged, pixel by pixel. */

import { h } from "../lib/dom.js";

const SMALL = 200; // pixels

export function draw(value, { key }) {
  const source = typeof value === "string" ? value : value?.url;
  const figure = h("div", { class: "shown-image" });
  const load = () => {
    const image = h("img", { alt: `Picture of example ${key}`, decoding: "async", draggable: "false" });
    image.src = source ?? "";
    figure.replaceChildren(image);
    return image.decode().then(() => {
      image.classList.toggle("small", Math.max(image.naturalWidth, image.naturalHeight) < SMALL);
    });
  };
  const failed = (again) => {
    const button = h("button", { type: "button", class: "button" }, "Load it again");
    button.addEventListener("click", again);
    figure.replaceChildren(h("p", { class: "not-loaded" }, "The picture did not load. Load it again, or skip the example."), button);
  };
  return { node: figure, ready: load(), again: load, failed };
}
