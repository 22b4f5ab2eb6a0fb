/* The row above the picture: draw or move, zoom, undo, and how bright it is shown. Brightness and contrast are for the eye
   alone: they are remembered while the page is open and are no part of a label.
   <div class="boxes-tools" role="toolbar"><button aria-pressed="true">Draw <kbd>D</kbd></button> … </div> */

import { h } from "../lib/dom.js";

const NORMAL = { brightness: 100, contrast: 100 };
const STEP = 10;
const LEAST = 20;
const MOST = 400;
const KEY_FOR = { D: "boxes.draw", E: "boxes.actual", F: "boxes.fit", I: "boxes.light", R: "boxes.relight", T: "type", Z: "marks.undo" }; // whose keys can be changed
const light = { ...NORMAL }; // of this page

export class Tools {
  drawing = true;

  /** `does`: {zoomIn, zoomOut, fit, full, undo, redo, back(): to the picture, lit(filter)}. */
  constructor(does) {
    this.does = does;
    const button = (words, key, act, attributes = {}) => {
      const made = h("button", { type: "button", class: "button small", ...attributes }, words, key ? h("kbd", { "data-key-for": KEY_FOR[key] }, key) : null);
      made.addEventListener("click", (event) => {
        act();
        if (event.detail) does.back(); // pressed by a pointer: keys go to the picture again
      });
      return made;
    };
    this.draw = button("Draw", "D", () => this.setDrawing(!this.drawing), { "aria-pressed": "true" });
    this.zoom = h("output", { class: "boxes-zoom number" });
    this.undo = button("Undo", "Z", does.undo);
    this.redo = button("Redo", "⇧Z", does.redo);
    this.sliders = ["brightness", "contrast"].map((name) => this.#slider(name));
    this.reset = button("Reset", "R", () => this.relight());
    this.light = h("details", { class: "boxes-light" },
      h("summary", { class: "button small" }, "Light", h("span", { class: "boxes-lit", hidden: true }, " changed")),
      h("div", { class: "boxes-lights" }, ...this.sliders.map(({ label }) => label), this.reset));
    this.element = h("div", { class: "boxes-tools", role: "toolbar", "aria-label": "Picture" },
      this.draw,
      h("span", { class: "boxes-group" },
        button("−", null, does.zoomOut, { class: "button square", "aria-label": "Zoom out", title: "Zoom out (−)" }), this.zoom,
        button("+", null, does.zoomIn, { class: "button square", "aria-label": "Zoom in", title: "Zoom in (+)" }),
        button("Fit", "F", does.fit), button("100 %", "E", does.full)),
      h("span", { class: "boxes-group" }, this.undo, this.redo), this.light);
    this.#show();
  }

  setDrawing(on) {
    this.drawing = on;
    this.draw.setAttribute("aria-pressed", String(on));
  }

  /** Said a moment later: a text that changes in each frame of a zoom would have the page laid out anew as often. */
  setZoom(scale) {
    this.scale = scale;
    this.saying ??= setTimeout(() => this.#sayZoom(), 100);
  }

  #sayZoom() {
    this.saying = null;
    const { scale } = this;
    const percent = scale * 100;
    this.zoom.textContent = `${percent >= 10 ? Math.round(percent).toLocaleString("en-GB") : percent.toFixed(1)} %`;
  }

  /** What cannot be done is said to be so, and keeps its place in the order of the keyboard. */
  setSteps(canUndo, canRedo) {
    this.undo.setAttribute("aria-disabled", String(!canUndo));
    this.redo.setAttribute("aria-disabled", String(!canRedo));
  }

  /** By keyboard: "brightness" or "contrast", a step up (1) or down (-1). Returns it in words. */
  turn(name, by) {
    light[name] = Math.min(MOST, Math.max(LEAST, light[name] + by * STEP));
    this.#show();
    return `${name === "brightness" ? "Brightness" : "Contrast"} ${light[name]} %`;
  }

  relight() {
    Object.assign(light, NORMAL);
    this.#show();
    return "Brightness and contrast as they were";
  }

  #slider(name) {
    const input = h("input", { type: "range", min: LEAST, max: MOST, step: STEP });
    const value = h("output", { class: "number" });
    input.addEventListener("input", () => {
      light[name] = Number(input.value);
      this.#show();
    });
    const keys = name === "brightness" ? ["I", "⇧I"] : ["T", "⇧T"];
    return { name, input, value, label: h("label", {}, h("span", {}, name === "brightness" ? "Brightness " : "Contrast ", ...keys.map((key) => h("kbd", { "data-key-for": KEY_FOR[key] }, key))), input, value) };
  }

  #show() {
    for (const { name, input, value } of this.sliders) {
      input.value = String(light[name]);
      value.textContent = `${light[name]} %`;
    }
    const plain = light.brightness === 100 && light.contrast === 100;
    this.light.querySelector(".boxes-lit").hidden = plain;
    this.does.lit(plain ? "" : `brightness(${light.brightness}%) contrast(${light.contrast}%)`);
  }
}
