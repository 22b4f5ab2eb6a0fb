/* The boxes as a list under the answers: what a screen reader has of the picture, and a way to choose or remove one without
   aiming. <ol data-list><li><button aria-pressed="true">A 1 · Car <span>10, 20 · 30 × 40</span></button><button>×</button></li></ol> */

import { h } from "../lib/dom.js";
import { swatch } from "../lib/swatch.js";

export const placeOf = ({ x, y, w, h: high }) => `${x}, ${y} · ${w} × ${high}`;

export class List {
  #rows = new Map(); // id → {row, choose, name, place, remove, shown}

  /** `names`: class key → {number, name}; `does`: {choose(id), remove(id)}. */
  constructor(element, names, does) {
    Object.assign(this, { element, names, does });
    element.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      const id = Number(button?.closest("li").dataset.box);
      if (button) (button.hasAttribute("data-remove") ? does.remove : does.choose)(id);
    });
  }

  show(marks) {
    const rows = marks.boxes.map((box, place) => {
      const row = this.#rows.get(box.id) ?? this.#make(box);
      this.#fill(row, box, place + 1, box.id === marks.chosen);
      return row.element;
    });
    const kept = new Set(marks.boxes.map(({ id }) => id));
    for (const [id, { element }] of this.#rows) {
      if (kept.has(id)) continue;
      element.remove();
      this.#rows.delete(id);
    }
    rows.forEach((element, place) => {
      if (this.element.children[place] !== element) this.element.insertBefore(element, this.element.children[place] ?? null);
    });
  }

  /** Scrolls the list, and nothing else, to the chosen box. */
  reveal(id) {
    const row = this.#rows.get(id)?.element;
    if (!row) return;
    const { offsetTop, offsetHeight } = row;
    const { scrollTop, clientHeight, offsetTop: start } = this.element;
    const top = offsetTop - start;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + offsetHeight > scrollTop + clientHeight) this.element.scrollTop = top + offsetHeight - clientHeight;
  }

  #make({ id }) {
    const name = h("span", { class: "name" });
    const place = h("span", { class: "muted number" });
    const choose = h("button", { type: "button", class: "boxes-choose" });
    const remove = h("button", { type: "button", class: "button square plain", "data-remove": true }, h("span", { "aria-hidden": "true" }, "×"));
    const row = { element: h("li", { "data-box": id }, choose, remove), choose, name, place, remove, shown: null };
    this.#rows.set(id, row);
    return row;
  }

  #fill(row, box, number, chosen) {
    if (row.shown?.box !== box || row.shown.number !== number) {
      const { number: letter, name } = this.names.get(box.class) ?? { number: 1, name: box.class };
      row.name.textContent = `${number} · ${name}`;
      row.place.textContent = placeOf(box);
      row.choose.replaceChildren(swatch(letter), row.name, row.place);
      row.remove.setAttribute("aria-label", `Remove box ${number}, ${name}`);
    }
    if (row.shown?.chosen !== chosen) row.choose.setAttribute("aria-pressed", String(chosen));
    row.shown = { box, number, chosen };
  }
}
