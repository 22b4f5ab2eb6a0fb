/* What is drawn under and over a text, once a frame and only where it is seen: a tint and a line for each span, its
   class's letter, the selection, the cursor, the word that a digit would label, and the grips of the chosen span. All of
   it without text of its own, below the letters, and out of the way of the pointer (but for the grips).

   <span class="span-marks"><i class="span-mark first" data-class-no="1" data-letter="A"></i>…</span> */

import { h } from "../lib/dom.js";
import { levelsOf } from "./marks.js";

const MARGIN = 300; // pixels beyond the screen that are drawn already
const CLIP = 2000; // units; longer spans are drawn as far as they are seen
const LEVELS = 4;

export class Overlay {
  #frame = 0;
  #reveal = null;
  #width = 0;
  #measured = new Map(); // "start-end" → rects, in the block's own coordinates
  #drawn = new Map(); // block → Map of key → elements
  #shown = []; // {layer, span, block, rects} of the last drawing, for hits

  constructor(surface) {
    this.surface = surface;
    this.draw = this.draw.bind(this);
    this.schedule = this.schedule.bind(this);
    this.resized = this.resized.bind(this);
    this.watcher = new ResizeObserver(this.resized);
  }

  start() {
    document.addEventListener("scroll", this.schedule, { passive: true, capture: true });
    addEventListener("resize", this.resized);
    this.watcher.observe(this.surface.host);
  }

  stop() {
    document.removeEventListener("scroll", this.schedule, { capture: true });
    removeEventListener("resize", this.resized);
    this.watcher.disconnect();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  resized() {
    const { host } = this.surface;
    host.classList.toggle("tall", host.clientHeight > innerHeight * 0.45); // then the classes stay in reach below it
    this.schedule();
  }

  /** `reveal`: an offset to scroll to before it is drawn. */
  schedule(reveal = null) {
    if (typeof reveal === "number") this.#reveal = reveal;
    this.#frame ||= requestAnimationFrame(this.draw);
  }

  /** Reads first, writes after: one layout a frame. */
  draw() {
    this.#frame = 0;
    const { surface } = this;
    if (!surface.host.isConnected || !surface.layers.length) return;
    const width = surface.host.clientWidth;
    if (width !== this.#width) this.#measured.clear();
    this.#width = width;
    if (this.#reveal !== null) surface.reveal(this.#reveal);
    this.#reveal = null;
    const seen = this.#seen();
    const wanted = new Map(seen.blocks.map((block) => [block, new Map()]));
    this.#shown = [];
    for (const item of this.#items(seen)) {
      for (const block of seen.blocks) {
        const start = Math.max(item.start, block.start);
        const end = Math.min(item.end, block.end);
        if (start > end || (start === end && !item.point) || (item.point && start === block.end && block.end !== surface.text.length)) continue;
        const rects = item.point ? [this.#caret(start, block)].filter(Boolean) : this.#rects(start, end, block);
        if (!rects.length) continue;
        if (item.span) this.#shown.push({ ...item, block, rects });
        wanted.get(block).set(`${item.key} ${start} ${end} ${width}`, () => item.make(rects, item.start === start, item.end === end));
      }
    }
    this.#write(wanted);
  }

  /** Spans under a point, the shortest first, those of the active question before others: [{layer, span}]. */
  hits(x, y) {
    const origins = new Map();
    return this.#shown.filter(({ block, rects }) => {
      if (!origins.has(block)) origins.set(block, block.element.getBoundingClientRect());
      const origin = origins.get(block);
      return rects.some(({ left, top, right, bottom }) => x - origin.left >= left && x - origin.left <= right && y - origin.top >= top && y - origin.top <= bottom + 4);
    }).sort((one, other) => other.layer.strong - one.layer.strong || (one.span.end - one.span.start) - (other.span.end - other.span.start));
  }

  /** Where a cursor at this offset stands on the screen: {left, top, bottom, height}, or null. */
  rectAt(offset) {
    const block = this.surface.blocks.findLast((other) => other.start <= offset) ?? this.surface.blocks[0];
    const rect = this.#caret(offset, block);
    const origin = block.element.getBoundingClientRect();
    return rect ? { left: rect.left + origin.left, top: rect.top + origin.top, bottom: rect.bottom + origin.top, height: rect.bottom - rect.top } : null;
  }

  *#items({ from, to }) {
    const { surface } = this;
    const layers = surface.layers.filter((layer) => layer.shown);
    const all = layers.flatMap((layer) => layer.spans.map((span) => ({ layer, span })));
    const nested = layers.length > 1 || layers.some(({ overlap }) => overlap);
    if (layers.length > 1) all.sort((one, other) => one.span.start - other.span.start || other.layer.strong - one.layer.strong);
    const levels = nested ? levelsOf(all.map(({ span }) => span)) : null;
    let last = -1;
    let stack = 0; // spans that start at the same place have their letters side by side
    for (const { layer, span } of all) {
      stack = span.start === last ? stack + 1 : 0;
      last = span.start;
      const drawn = layer.preview?.span === span ? layer.preview : span;
      if (drawn.start >= to || drawn.end <= from) continue;
      const level = Math.min(LEVELS, levels?.get(span) ?? 0);
      const chosen = layer.chosen === span;
      const look = layer.lookOf(span.class);
      const clip = drawn.end - drawn.start > CLIP;
      const at = stack;
      const faint = !layer.strong && Boolean(surface.active); // only beside the question that is worked on
      yield {
        layer, span, start: clip ? Math.max(drawn.start, from) : drawn.start, end: clip ? Math.min(drawn.end, to) : drawn.end,
        key: `${layer.id} ${span.class} ${level} ${at} ${chosen} ${faint} ${clip}`,
        make: (rects, first, final) => this.#mark({ rects, look, level, at, chosen, faint, first: first && (!clip || drawn.start >= from), final }),
      };
      if (chosen && layer.strong) yield* this.#grips(drawn);
    }
    yield* this.#cursor(from, to);
  }

  *#grips({ start, end }) {
    for (const [side, offset] of [["start", start], ["end", end]]) {
      yield { start: offset, end: offset, point: true, key: `grip ${side}`, make: ([rect]) => [box("span-grip", rect, { "data-side": side, "data-way": (side === "start") === Boolean(rect.rtl) ? "right" : "left" })] };
    }
  }

  *#cursor(from, to) {
    const { surface } = this;
    const { active } = surface;
    if (!active || active.chosen) return;
    const { head, range } = surface;
    if (range) {
      const start = Math.max(range.start, from);
      const end = Math.min(range.end, to);
      if (start < end) yield { start, end, key: "pending", make: (rects) => rects.map((rect) => box("span-pending", rect)) };
    } else {
      const word = surface.steps.word(head);
      if (word && word.end > from && word.start < to) yield { ...word, key: "word", make: (rects) => rects.map((rect) => box("span-word", rect)) };
    }
    if (head >= from && head <= to) yield { start: head, end: head, point: true, key: "caret", make: ([rect]) => [box("span-caret", rect)] };
  }

  #mark({ rects, look, level, at, chosen, faint, first, final }) {
    const made = rects.map((rect) => box(`span-mark${chosen ? " chosen" : ""}${faint ? " faint" : ""}`, rect, {
      "data-class-no": look.fill, "data-pattern": look.pattern, "data-level": level || null,
    }));
    if (first) made[0].dataset.letter = look.letter;
    if (first) made[0].dataset.at = Math.min(at, LEVELS);
    if (first) made[0].classList.add("first");
    if (final) made.at(-1).classList.add("last");
    if (first && rects[0].rtl) made[0].dataset.rtl = "";
    return made;
  }

  #write(wanted) {
    for (const [block, drawn] of this.#drawn) {
      if (wanted.has(block)) continue;
      for (const elements of drawn.values()) for (const element of elements) element.remove();
      this.#drawn.delete(block);
    }
    for (const [block, items] of wanted) {
      const drawn = this.#drawn.get(block) ?? new Map();
      this.#drawn.set(block, drawn);
      for (const [key, elements] of drawn) {
        if (items.has(key)) continue;
        for (const element of elements) element.remove();
        drawn.delete(key);
      }
      for (const [key, make] of items) {
        if (drawn.has(key)) continue;
        const elements = make();
        drawn.set(key, elements);
        block.marks.append(...elements);
      }
    }
  }

  /** {blocks, from, to}: what is on the screen, or nearly. */
  #seen() {
    const { blocks } = this.surface;
    const bottom = innerHeight + MARGIN;
    const first = Math.min(blocks.length - 1, search(blocks.length, (place) => blocks[place].element.getBoundingClientRect().bottom < -MARGIN));
    const last = Math.max(first, search(blocks.length, (place) => blocks[place].element.getBoundingClientRect().top < bottom) - 1);
    const shown = blocks.slice(first, last + 1);
    const chunks = shown.flatMap((block) => block.chunks);
    if (chunks.length < 8) return { blocks: shown, from: blocks[first].start, to: blocks[last].end };
    const range = document.createRange();
    const rect = (place) => { range.selectNodeContents(chunks[place].node); return range.getBoundingClientRect(); };
    const top = Math.min(chunks.length - 1, search(chunks.length, (place) => rect(place).bottom < -MARGIN));
    const end = Math.max(top, search(chunks.length, (place) => rect(place).top < bottom) - 1);
    return { blocks: shown, from: chunks[top].start, to: chunks[end].end };
  }

  /** One box a line: [{left, top, right, bottom, rtl}] in the block's coordinates. */
  #rects(start, end, block) {
    const key = `${start}-${end}`;
    const known = this.#measured.get(key);
    if (known) return known;
    const { surface } = this;
    const range = document.createRange();
    range.setStart(...surface.place(start));
    range.setEnd(...surface.place(end, true));
    const origin = block.element.getBoundingClientRect();
    const rtl = surface.steps.isRtl(start, Math.min(end, start + 40));
    const rects = [];
    for (const rect of range.getClientRects()) {
      if (rect.width < 0.5) continue;
      const found = { left: rect.left - origin.left, top: rect.top - origin.top, right: rect.right - origin.left, bottom: rect.bottom - origin.top, rtl };
      const last = rects.at(-1);
      if (last && Math.abs(last.top - found.top) < 3 && (Math.abs(last.right - found.left) < 1 || Math.abs(found.right - last.left) < 1)) {
        Object.assign(last, { left: Math.min(last.left, found.left), right: Math.max(last.right, found.right) });
      } else rects.push(found);
    }
    if (this.#measured.size > 20_000) this.#measured.clear();
    this.#measured.set(key, rects);
    return rects;
  }

  /** A cursor stands at the near edge of the letter behind it; at the end of a line at the far edge of the one before. */
  #caret(offset, block) {
    const { steps, text } = this.surface;
    const edge = (start, end, far) => {
      const [rect] = this.#rects(start, end, block).slice(far ? -1 : 0);
      if (!rect) return null;
      const x = rect.rtl !== far ? rect.right : rect.left;
      return { ...rect, left: x, right: x };
    };
    const next = steps.letter(offset, 1);
    const before = steps.letter(offset, -1);
    const here = next > offset && next <= block.end && text[offset] !== "\n" ? edge(offset, next, false) : null;
    return here ?? (before < offset && before >= block.start && text[before] !== "\n" ? edge(before, offset, true) : null)
      ?? this.#emptyLine(offset, block);
  }

  #emptyLine(offset, block) {
    const range = document.createRange();
    range.setStart(...this.surface.place(offset));
    const rect = range.getClientRects()[0];
    if (!rect && offset > block.start && this.surface.text[offset - 1] === "\n") return this.#caret(offset - 1, block); // the last line break
    const origin = block.element.getBoundingClientRect();
    return rect ? { left: rect.left - origin.left, right: rect.left - origin.left, top: rect.top - origin.top, bottom: rect.bottom - origin.top } : null;
  }
}

function box(name, { left, top, right, bottom }, attributes = {}) {
  const element = h("i", { class: name, ...attributes });
  Object.assign(element.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
  return element;
}

/** How many of `count` places, from the first on, the test holds for: it holds for the first ones only. */
function search(count, holds) {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1; else high = middle;
  }
  return low;
}
