/* Mouse and finger on the text. Selecting is the browser's own (drag, double click, long press and its handles); a click
   or tap puts the cursor on a word or chooses the span under it, again the one around it; the grips of a chosen span move
   its ends. */

import { seen } from "./surface.js";

const STILL = 8; // pixels that a click may slip
const LATE = 100; // milliseconds from letting go to a click
const EDGE = 32; // pixels from the edge of what is seen, where dragging scrolls

export class Pointer {
  #down = null; // {x, y, mouse}
  #drag = null; // {layer, span, side, x, y, dy, frame}

  constructor(surface) {
    this.surface = surface;
    this.away = null;
  }

  start() {
    this.away = new AbortController();
    const { host, document } = this.surface;
    const { signal } = this.away;
    host.addEventListener("pointerdown", (event) => this.#pressed(event), { signal });
    host.addEventListener("mousedown", (event) => { if (event.target.dataset?.side) event.preventDefault(); }, { signal }); // selects nothing
    document.addEventListener("pointerup", (event) => this.#released(event), { signal });
    document.addEventListener("click", (event) => { if (this.#down) this.#settle(event); }, { signal, capture: true });
    document.addEventListener("pointercancel", () => { this.#down = null; this.#end(false); }, { signal });
    document.addEventListener("pointermove", (event) => this.#moved(event), { signal });
    document.addEventListener("selectionchange", () => this.#selected(), { signal });
  }

  stop() { this.away?.abort(); this.#end(false); }

  #pressed(event) {
    if (!event.isPrimary || event.button !== 0) return;
    const side = event.target.dataset?.side;
    if (side) return this.#grip(event, side);
    this.#down = { x: event.clientX, y: event.clientY, mouse: event.pointerType === "mouse" };
  }

  #released(event) {
    if (this.#drag) return this.#end(true);
    const down = this.#down;
    if (down) setTimeout(() => { if (this.#down === down) this.#settle(event); }, LATE); // where no click follows
  }

  /** In the click itself, or a key that follows at once would find the place of before. */
  #settle(event) {
    const { surface } = this;
    const { x, y, mouse } = this.#down;
    this.#down = null;
    const still = Math.hypot(event.clientX - x, event.clientY - y) < STILL;
    if (still && event.detail < 2 && !event.shiftKey) return this.#clicked(event.clientX, event.clientY);
    if (surface.document.getSelection().isCollapsed || !surface.read({ snap: mouse })) return;
    surface.active?.choose(null);
    this.#wake();
    if (mouse && surface.range) surface.select(surface.anchor, surface.head);
  }

  /** A span under the pointer is chosen; a further click goes to the next one around it; elsewhere the cursor goes there. */
  #clicked(x, y) {
    const { surface } = this;
    const hits = surface.overlay.hits(x, y);
    const now = hits.findIndex(({ layer, span }) => layer.strong && layer.chosen === span);
    const next = hits[(now + 1) % (hits.length || 1)];
    const offset = surface.offsetAt(x, y);
    if (offset !== null) surface.select(surface.steps.snap(offset), surface.steps.snap(offset));
    if (next) {
      next.layer.wake();
      next.layer.choose(next.span);
    } else {
      surface.active?.choose(null);
      this.#wake();
    }
  }

  /** Whoever works on this text means a question about it. */
  #wake() { if (!this.surface.active) this.surface.layers.find((layer) => layer.shown)?.wake(); else this.surface.active.focus(); }

  /** The browser's selection changed: under the mouse, by a finger's handles, or by ourselves. */
  #selected() {
    if (this.#drag) return;
    const { surface } = this;
    const { anchor, head } = surface;
    if (surface.read() && (surface.anchor !== anchor || surface.head !== head) && surface.anchor !== surface.head) surface.active?.choose(null);
  }

  #grip(event, side) {
    const layer = this.surface.active;
    if (!layer?.chosen) return;
    event.preventDefault();
    event.stopPropagation();
    const rect = event.target.getBoundingClientRect();
    this.#drag = { layer, span: layer.chosen, side, x: event.clientX, y: event.clientY, dx: rect.left + rect.width / 2 - event.clientX, dy: rect.top + rect.height / 2 - event.clientY, frame: 0 };
    this.surface.host.classList.add("moving");
  }

  #moved(event) {
    const drag = this.#drag;
    if (!drag) return;
    drag.x = event.clientX;
    drag.y = event.clientY;
    drag.frame ||= requestAnimationFrame(() => this.#follow());
  }

  #follow() {
    const drag = this.#drag;
    if (!drag) return;
    drag.frame = 0;
    const { top, bottom } = seen(this.surface.document);
    const y = drag.y + drag.dy;
    const scroll = y < top + EDGE ? -EDGE / 2 : y > bottom - EDGE ? EDGE / 2 : 0;
    if (scroll) {
      scrollBy(0, scroll);
      drag.frame = requestAnimationFrame(() => this.#follow());
    }
    const offset = this.surface.offsetAt(drag.x + drag.dx, Math.max(top + 1, Math.min(y, bottom - 1)));
    if (offset !== null) drag.layer.drag(drag.span, drag.side, offset);
  }

  #end(keep) {
    const drag = this.#drag;
    this.#drag = null;
    this.surface.host.classList.remove("moving");
    if (!drag) return;
    cancelAnimationFrame(drag.frame);
    drag.layer.dragged(keep);
  }
}
