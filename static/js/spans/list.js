/* The spans once more as a list below the text, for those who do not see the marks, and to find one's way in many:
   <div data-span-list hidden><ol data-rows></ol><button data-more></button></div>. Each row chooses its
   span and can remove it. Rows are made as they are needed. */

import { h } from "../lib/dom.js";
import { swatch } from "../lib/swatch.js";
import { brief, thousands } from "../label/words.js";

const PAGE = 100;

export class SpanList {
  #rows = new Map(); // span → element
  #limit = PAGE;
  #spans = [];
  #chosen = null;
  #timer = null;

  /** `textOf(span)`, `look(span)` → {name, number}, `choose(span)`, `remove(span)`: what a row says and does. */
  constructor(root, { textOf, look, choose, remove }) {
    Object.assign(this, { root, textOf, look });
    this.rows = root.querySelector("[data-rows]");
    this.more = root.querySelector("[data-more]");
    this.more.addEventListener("click", () => {
      const first = this.#limit;
      this.#limit += PAGE;
      this.#show();
      this.rows.children[first]?.querySelector("button").focus();
    });
    this.rows.addEventListener("click", (event) => {
      const row = event.target.closest("li");
      const button = event.target.closest("button");
      if (!row || !button) return;
      const span = this.#spans.find((other) => this.#rows.get(other) === row);
      if (button.dataset.remove === undefined) return choose(span);
      const next = row.nextElementSibling ?? row.previousElementSibling;
      remove(span);
      this.#show(); // now, so that the focus has somewhere to go
      next?.isConnected && next.querySelector("[data-remove]").focus({ preventScroll: true });
    });
  }

  /** After the frame, as nobody waits for it. */
  show(spans, chosen) {
    if (spans !== this.#spans && !spans.length) this.#limit = PAGE;
    this.#spans = spans;
    this.#chosen = chosen;
    this.root.hidden = !spans.length;
    if (!this.#timer) this.#timer = requestAnimationFrame(() => { this.#timer = setTimeout(() => this.#show()); });
  }

  #show() {
    this.#timer = null;
    const spans = this.#spans;
    const place = this.#chosen ? spans.indexOf(this.#chosen) : -1;
    this.#limit = Math.max(this.#limit, place + 1);
    const shown = spans.slice(0, this.#limit);
    const kept = new Set(shown);
    for (const [span, row] of this.#rows) {
      if (kept.has(span)) continue;
      row.remove();
      this.#rows.delete(span);
    }
    let before = null; // rows that stay are not moved: the focus may be in one
    for (const span of shown) {
      const row = this.#rows.get(span) ?? this.#row(span);
      this.#rows.set(span, row);
      if (row !== (before ? before.nextSibling : this.rows.firstChild)) this.rows.insertBefore(row, before ? before.nextSibling : this.rows.firstChild);
      before = row;
    }
    for (const [span, row] of this.#rows) row.firstChild.setAttribute("aria-pressed", String(span === this.#chosen));
    const left = spans.length - shown.length;
    this.more.hidden = left === 0;
    this.more.textContent = left > PAGE ? `Show ${PAGE} more of ${thousands(left)}` : `Show ${thousands(left)} more`;
    const row = this.#chosen && this.#rows.get(this.#chosen);
    if (row) this.#into(row);
  }

  /** Scrolls the list, and nothing else. */
  #into(row) {
    const { rows } = this;
    const top = row.offsetTop - rows.offsetTop;
    if (top < rows.scrollTop || top + row.offsetHeight > rows.scrollTop + rows.clientHeight) rows.scrollTop = top - rows.clientHeight / 3;
  }

  #row(span) {
    const { name, number } = this.look(span);
    const text = brief(this.textOf(span).replace(/\s+/gu, " "), 60);
    const sign = swatch(number);
    sign.setAttribute("aria-hidden", "true");
    return h("li", {},
      h("button", { type: "button", class: "span-row" }, sign, h("span", { class: "span-class" }, name), " ", h("bdi", { class: "span-text" }, text)),
      h("button", { type: "button", class: "button small plain", "data-remove": "", "aria-label": `Remove ${name}: ${text}` }, "Remove"));
  }
}
