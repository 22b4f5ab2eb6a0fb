/* A text that spans are marked in: <p class="shown-text"> becomes blocks of whole lines with the same text,
   <span class="span-block"><span class="span-words">…</span><span class="span-marks"></span></span>, so that a long one is laid out and painted where it is seen only. One surface a field, shared by all
   questions about it (layers). It knows offsets (UTF-16 units) and places on the screen, the cursor and the selection;
   what is drawn over the text is overlay.js. */

import { h } from "../lib/dom.js";
import { Overlay } from "./overlay.js";
import { Pointer } from "./pointer.js";
import { Steps } from "./steps.js";

const BLOCK = 1500; // units in a block, before it ends with the line
const CHUNK = 800; // units in one text node: places are looked up node by node
const LONG = 20_000; // from there on, blocks out of sight are not laid out
const surfaces = new WeakMap();

/** The surface of this element, which shows `text`. */
export function surfaceOn(host, text) {
  const known = surfaces.get(host);
  if (known?.text === text) return known;
  const made = new Surface(host, text);
  surfaces.set(host, made);
  return made;
}

export class Surface {
  layers = []; // {strong, spans, chosen, preview, lookOf(span), choose(span), activate(), …}: see kinds/spans.js
  anchor = 0;
  head = 0;
  edge = ""; // where Home or End left the cursor: an end of a line that is broken is the next line's start, too

  constructor(host, text) {
    Object.assign(this, { host, text, steps: new Steps(text), chunks: [], blocks: [] });
    this.#build();
    this.overlay = new Overlay(this);
    this.pointer = new Pointer(this);
  }

  get document() { return this.host.ownerDocument; }

  /** This layer will join: how far apart lines stand is known before the text is laid out for the first time. */
  expect(layer) {
    this.#expected.add(layer);
    if (this.#expected.size > 1 || layer.overlap) this.host.classList.add("nests");
  }

  join(layer) {
    if (!this.layers.includes(layer)) this.layers.push(layer);
    if (this.layers.length === 1) {
      this.overlay.start();
      this.pointer.start();
      this.anchor = this.head = 0;
    }
    this.overlay.schedule();
  }

  leave(layer) {
    this.layers = this.layers.filter((other) => other !== layer);
    if (this.layers.length) return this.overlay.schedule();
    this.overlay.stop();
    this.pointer.stop();
  }

  /** The layer that edits now: of the active question. */
  get active() { return this.layers.find((layer) => layer.strong) ?? null; }

  /** What is selected, in whole letters and without white space at its ends, or null. */
  get range() { return this.anchor === this.head ? null : this.steps.trim(this.anchor, this.head); }

  /** Puts cursor and selection where they are said to be; the browser's own selection follows. */
  select(anchor, head, { reveal = false } = {}) {
    this.anchor = anchor;
    this.head = head;
    const from = this.place(anchor, head < anchor);
    const to = this.place(head, head > anchor);
    this.document.getSelection().setBaseAndExtent(...from, ...to);
    this.overlay.schedule(reveal ? head : null);
  }

  /** Reads the browser's selection; false where it is not in this text. `snap`: bring both ends to whole letters. */
  read({ snap = false } = {}) {
    const found = this.document.getSelection();
    if (!found.anchorNode || !this.host.contains(found.anchorNode)) return false;
    let anchor = this.offset(found.anchorNode, found.anchorOffset);
    let head = this.offset(found.focusNode, found.focusOffset);
    if (snap) {
      anchor = this.steps.snap(anchor, anchor > head);
      head = this.steps.snap(head, head > anchor);
    }
    if (anchor === this.anchor && head === this.head) return true;
    this.anchor = anchor;
    this.head = head;
    this.overlay.schedule();
    return true;
  }

  /** [node, offset in it] of an offset; at a seam the end of what lies before, if `before`. */
  place(offset, before = false) {
    let low = 0;
    let high = this.chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const { start } = this.chunks[middle];
      if (before ? start < offset : start <= offset) low = middle; else high = middle - 1;
    }
    const chunk = this.chunks[low];
    return [chunk.node, Math.min(Math.max(0, offset - chunk.start), chunk.node.length)];
  }

  /** The offset of a place in the document: in the text, or the nearer end of it. */
  offset(node, inside) {
    const chunk = this.#chunkOf.get(node);
    if (chunk) return chunk.start + Math.min(inside, node.length);
    if (!this.host.contains(node)) {
      return this.host.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING ? 0 : this.text.length;
    }
    const next = node.childNodes[inside] ?? null; // between two elements: where the next text starts
    if (next === null) {
      const last = this.chunks.findLast((other) => node.contains(other.node));
      return last ? last.start + last.node.length : this.text.length;
    }
    return this.chunks.find((other) => next.contains(other.node)
      || next.compareDocumentPosition(other.node) & Node.DOCUMENT_POSITION_FOLLOWING)?.start ?? this.text.length;
  }

  /** The offset under a point of the screen, or null where there is no text of this surface. */
  offsetAt(x, y) {
    const { document } = this;
    const found = document.caretPositionFromPoint?.(x, y);
    if (found) return this.host.contains(found.offsetNode) ? this.offset(found.offsetNode, found.offset) : null;
    const range = document.caretRangeFromPoint?.(x, y);
    return range && this.host.contains(range.startContainer) ? this.offset(range.startContainer, range.startOffset) : null;
  }

  /** One line up or down, or to an end of the line, as the browser lays it out; null where it does not move. */
  linewise(way, unit) {
    const selection = this.document.getSelection();
    if (selection.focusNode === null || this.offset(selection.focusNode, selection.focusOffset) !== this.head) {
      selection.collapse(...this.place(this.head));
    }
    selection.collapse(selection.focusNode, selection.focusOffset);
    selection.modify("move", way, unit);
    if (!this.host.contains(selection.focusNode)) return null;
    const found = this.steps.snap(this.offset(selection.focusNode, selection.focusOffset));
    return found === this.head ? null : found;
  }

  /** Scrolls so far that the place can be read, above the answers and below the header. Once a frame, by the overlay. */
  reveal(offset) {
    const rect = this.overlay.rectAt(offset);
    if (!rect) return;
    const { top, bottom } = seen(this.document);
    const room = rect.height;
    if (rect.top < top + room) scrollBy(0, rect.top - top - room - (bottom - top) / 5);
    else if (rect.bottom > bottom - room) scrollBy(0, rect.bottom - bottom + room + (bottom - top) / 5);
  }

  #expected = new Set();
  #chunkOf = new Map();

  #build() {
    const { text } = this;
    const made = [];
    for (let start = 0; start < text.length || !made.length;) {
      const line = text.indexOf("\n", Math.min(start + BLOCK, text.length));
      const end = line === -1 || start + BLOCK >= text.length ? text.length : line + 1;
      made.push(this.#block(start, end));
      start = end;
      if (!text.length) break;
    }
    this.host.classList.add("with-spans");
    this.host.classList.toggle("long", text.length > LONG && made.length > 1);
    this.host.replaceChildren(...made.map(({ element }) => element));
    this.blocks = made;
  }

  #block(start, end) {
    const words = h("span", { class: "span-words" });
    const marks = h("span", { class: "span-marks", "aria-hidden": "true" }); // beside the text, or each mark would lay it out again
    const block = { element: h("span", { class: "span-block" }, words, marks), marks, start, end, chunks: [] };
    for (let at = start; at < end || !block.chunks.length;) {
      let stop = Math.min(end, at + CHUNK);
      if (stop < end) stop = this.#seam(at, stop);
      const node = this.document.createTextNode(this.text.slice(at, stop));
      const chunk = { start: at, end: stop, node, block };
      this.#chunkOf.set(node, chunk);
      block.chunks.push(chunk);
      this.chunks.push(chunk);
      words.append(node);
      at = stop;
      if (start === end) break;
    }
    return block;
  }

  /** Where a text node may end: behind a space where there is one, so that no letters that join are parted. */
  #seam(start, stop) {
    const space = this.text.lastIndexOf(" ", stop);
    return space > start ? space + 1 : Math.max(start + 1, this.steps.snap(stop));
  }
}

/** What of the screen nothing stands over: {top, bottom}. */
export function seen(document) {
  const rects = (selector) => [...document.querySelectorAll(selector)]
    .filter((element) => getComputedStyle(element).position === "sticky").map((element) => element.getBoundingClientRect());
  const bottom = Math.min(innerHeight, ...rects(".dock, .answers, .bar").filter(({ height }) => height).map(({ top }) => top));
  const top = Math.max(0, ...rects(".label-top, .needs").map((rect) => rect.bottom));
  return { top, bottom: Math.max(bottom, top + 40) };
}
