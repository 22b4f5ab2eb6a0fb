/* The last ten of one's own, for undo and for looking back: <button id="undo" hidden>…</button> and
   <dialog id="history"><ol data-list></ol></dialog>. A record: {assignment (as leased), value, tags, comment, words,
   counted: true|false|null, entry: the outbox's client_id while unsent}. */

import { h } from "../lib/dom.js";
import { Sheet } from "./sheet.js";
import { brief } from "./words.js";

const MANY = 10;

export class Recent {
  constructor({ records, keys, revise, sentence }) {
    this.records = records; // oldest first
    this.button = document.getElementById("undo");
    this.sheet = new Sheet("history", keys);
    Object.assign(this, { revise, sentence });
    this.button.addEventListener("click", (event) => this.undo(event));
    for (const opener of document.querySelectorAll("[data-history-open]")) opener.addEventListener("click", () => this.open());
    this.sheet.dialog.addEventListener("click", (event) => {
      const chosen = event.target.closest("[data-record]");
      if (chosen) this.#choose(this.#newest[Number(chosen.dataset.record)], event);
    });
  }

  get #newest() { return [...this.records].reverse(); }

  add(record) {
    this.records = this.records.filter((other) => other.assignment.id !== record.assignment.id);
    this.records.push(record);
    if (this.records.length > MANY) this.records.shift();
  }

  of(assignment) { return this.records.find((record) => record.assignment.id === assignment) ?? null; }

  /** The one before `assignment`, or the last one. */
  before(assignment) {
    const place = this.records.findIndex((record) => record.assignment.id === assignment);
    return (place === -1 ? this.records.at(-1) : this.records[place - 1]) ?? null;
  }

  /** Writes what U would take back while `assignment` is on the screen. */
  offer(assignment) {
    const last = this.before(assignment);
    this.button.hidden = !last;
    if (!last) return;
    this.button.querySelector("[data-words]").textContent = ` last: “${brief(last.words, 24)}”, ${brief(last.assignment.example.key, 24)}`;
  }

  undo(event, assignment = this.current?.()) {
    const last = this.before(assignment);
    if (last) this.revise(last, event);
    return Boolean(last);
  }

  open() {
    const { dialog } = this.sheet;
    dialog.querySelector("[data-list]").replaceChildren(...this.#newest.map((record, place) => this.#row(record, place)));
    dialog.querySelector("[data-empty]").hidden = this.records.length > 0;
    this.sheet.open((name, event, digit) => {
      const record = digit === null ? null : this.#newest[(digit + 9) % 10];
      if (record) this.#choose(record, event);
      return Boolean(record);
    });
  }

  #row(record, place) {
    return h("li", {}, h("button", { type: "button", class: "button", "data-record": place },
      h("kbd", {}, String((place + 1) % 10)),
      h("span", { class: "grow" }, h("strong", {}, brief(record.words, 30)), " ", h("span", { class: "muted" }, brief(record.assignment.example.key, 30))),
      h("span", { class: "muted" }, this.sentence(record))));
  }

  #choose(record, event) {
    this.sheet.close();
    this.revise(record, event);
  }
}
