/* What lies over the picture: three canvases, of which only those are drawn anew that changed, once a frame.
   <div class="boxes-view" tabindex="0" role="application"><canvas> the picture <canvas> boxes that stand still <canvas> the chosen one</div> */

import { h } from "../lib/dom.js";
import { fitted, panned, showing, zoomed } from "./geometry.js";
import { makeLook, paintBoxes, paintChosen } from "./paint.js";
import { Picture } from "./picture.js";

const ALL = ["picture", "still", "live"];

export class Board {
  #dirty = new Set();
  #frame = 0;
  #look = null;
  #fits = true; // the view follows the size of the stage until somebody zooms

  /** `marks`: the boxes; `swatches`: class key → the element that shows its colours; `zoomChanged()` tells the tools. */
  constructor({ marks, swatches, name, zoomChanged }) {
    Object.assign(this, { marks, swatches, zoomChanged });
    this.held = null; // the chosen box while it is dragged or drawn, instead of how it was
    const canvas = (part) => h("canvas", { class: `boxes-canvas boxes-${part}`, "aria-hidden": "true" });
    this.canvases = Object.fromEntries(ALL.map((part) => [part, canvas(part)]));
    this.element = h("div", { class: "boxes-view", tabindex: "0", role: "application", "aria-label": name }, ...Object.values(this.canvases));
    this.contexts = { still: this.canvases.still.getContext("2d"), live: this.canvases.live.getContext("2d") };
    this.picture = new Picture(this.canvases.picture, () => this.redraw("picture"));
    this.size = { width: 0, height: 0 };
    this.view = { scale: 1, left: 0, top: 0 };
    this.coarse = matchMedia("(pointer: coarse)");
    new ResizeObserver(() => this.#resize()).observe(this.element);
    for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
      matchMedia(query).addEventListener("change", () => { this.#look = null; this.redraw(); });
    }
  }

  get ready() { return Boolean(this.picture.source) && this.size.width > 0; }
  get bounds() { return this.picture.source; }

  show(source, image) {
    this.held = null;
    this.picture.show(source, image);
    this.#fits = true;
    this.#resize();
  }

  leave() {
    this.picture.leave();
    this.redraw();
  }

  // what is seen

  fit() {
    this.#fits = true;
    this.#move(fitted(this.bounds, this.size));
  }

  zoomTo(scale, point = { x: this.size.width / 2, y: this.size.height / 2 }) {
    this.#fits = false;
    this.#move(zoomed(this.view, scale, point, this.bounds, this.size));
  }

  zoomBy(factor, point) { this.zoomTo(this.view.scale * factor, point); }

  pan(dx, dy) {
    this.#fits = false;
    this.#move(panned(this.view, dx, dy, this.bounds, this.size));
  }

  /** Brings a box into sight that is chosen or moved by keyboard. */
  reveal(box) {
    if (!this.ready || !box) return;
    const view = showing(this.view, box, this.bounds, this.size);
    if (view === this.view) return;
    this.#fits = false;
    this.#move(view);
  }

  #move(view) {
    this.view = view;
    this.redraw();
    this.zoomChanged(view.scale);
  }

  // drawing

  redraw(...parts) {
    for (const part of parts.length ? parts : ALL) this.#dirty.add(part);
    this.#frame ||= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const dirty = this.#dirty;
    this.#dirty = new Set();
    if (!this.ready) return;
    const { view, marks, size, contexts } = this;
    if (dirty.has("picture")) this.element.dataset.view = JSON.stringify(view); // for those who look from outside
    this.#look ??= makeLook(this.swatches, this.ratio);
    if (dirty.has("picture")) this.picture.draw(view, size, this.ratio);
    if (dirty.has("still")) paintBoxes(contexts.still, marks.boxes, view, this.#look, marks.chosen);
    if (dirty.has("live")) paintChosen(contexts.live, this.held ?? marks.box, view, this.#look, this.coarse.matches);
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.element;
    const ratio = devicePixelRatio || 1;
    if (!width || !height || !this.picture.source) return;
    const before = this.size;
    if (width !== before.width || height !== before.height || ratio !== this.ratio) {
      if (ratio !== this.ratio) this.#look = null;
      Object.assign(this, { size: { width, height }, ratio });
      for (const canvas of Object.values(this.canvases)) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
      }
    }
    if (this.#fits) this.fit();
    else this.#move(panned(this.view, (width - before.width) / 2, (height - before.height) / 2, this.bounds, this.size));
    this.draw(); // a canvas that was sized is empty until it is drawn
  }
}
