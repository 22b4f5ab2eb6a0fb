/* What lies over the picture: three canvases, of which only those are drawn anew that changed, once a frame.
   <div class="boxes-view" tabindex="0" role="application"><canvas> the picture <canvas> boxes that stand still <canvas> the chosen one</div> */

import { h } from "../lib/dom.js";
import { fitted, panned, showing, zoomed } from "./geometry.js";
import { makeLook, paintBoxes, paintChosen } from "./paint.js";
import { Picture } from "./picture.js";

const ALL = ["picture", "still", "live"];
const FEW = 100; // so many boxes are drawn anew in each frame of a zoom or a pan; more are carried along as they were drawn …
const SETTLED = 300; // … until the view has stood still for so many milliseconds,
const TOO_FAR = 2; // or was zoomed by more than this
const MARGIN = 0.25; // of the stage, drawn beyond each of its sides, so that what is carried in is there already

export class Board {
  #dirty = new Set();
  #frame = 0;
  #measured = 0;
  #drawn = null; // the view that the boxes were drawn for
  #settling = 0;
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
    delete this.element.dataset.view;
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
    if (this.#carried()) this.redraw("picture", "live");
    else this.redraw();
    this.zoomChanged(view.scale);
  }

  /** Many boxes are not drawn anew while the view moves: what was drawn of them moves along. False where they have to be. */
  #carried() {
    const { view, size, marks } = this;
    const drawn = this.#drawn;
    if (!drawn || this.#dirty.has("still") || marks.boxes.length <= FEW) return false;
    const by = view.scale / drawn.scale;
    const [x, y] = [view.left - drawn.left * by, view.top - drawn.top * by];
    const [mx, my] = [MARGIN * size.width, MARGIN * size.height];
    const covers = (shift, margin, room) => shift - margin * by <= 0 && shift + (room + margin) * by >= room;
    if (by > TOO_FAR || by < 1 / TOO_FAR || !covers(x, mx, size.width) || !covers(y, my, size.height)) return false;
    // The canvas begins a margin before the stage, and grows from that corner.
    this.canvases.still.style.transform = `translate(${x - mx * by + mx}px, ${y - my * by + my}px) scale(${by})`;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.redraw("still"), SETTLED);
    return true;
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
    const began = performance.now();
    if (dirty.has("picture")) this.element.dataset.view = JSON.stringify(view); // for those who look from outside
    this.#look ??= makeLook(this.swatches, this.ratio);
    if (dirty.has("picture")) this.picture.draw(view, size, this.ratio);
    if (dirty.has("still")) {
      clearTimeout(this.#settling);
      this.#drawn = view;
      this.canvases.still.style.transform = "";
      const shifted = { ...view, left: view.left + MARGIN * size.width, top: view.top + MARGIN * size.height };
      paintBoxes(contexts.still, marks.boxes, shifted, this.#look, { without: marks.chosen, top: MARGIN * size.height });
    }
    if (dirty.has("live")) paintChosen(contexts.live, this.held ?? marks.box, view, this.#look, this.coarse.matches);
    performance.measure("boxes:draw", { start: began });
    if (++this.#measured % 1000 === 0) performance.clearMeasures("boxes:draw"); // the last ones are enough
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.element;
    const ratio = devicePixelRatio || 1;
    if (!width || !height || !this.picture.source) return;
    const before = this.size;
    if (width !== before.width || height !== before.height || ratio !== this.ratio) {
      if (ratio !== this.ratio) this.#look = null;
      Object.assign(this, { size: { width, height }, ratio });
      for (const [part, canvas] of Object.entries(this.canvases)) {
        const more = part === "still" ? 1 + 2 * MARGIN : 1;
        canvas.width = Math.round(width * ratio * more);
        canvas.height = Math.round(height * ratio * more);
      }
    }
    this.#drawn = null;
    if (this.#fits) this.fit();
    else this.#move(panned(this.view, (width - before.width) / 2, (height - before.height) / 2, this.bounds, this.size));
    this.draw(); // a canvas that was sized is empty until it is drawn
  }
}
