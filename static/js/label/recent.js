/* The last labels of one's own, for undo and for looking back: <button id="undo" hidden>…</button> and
   <dialog id="history"><input type="search"><p data-count></p><ol data-list></ol></dialog>. A record: {assignment (as
   leased), value, tags, comment, words, counted: true|false|null, entry: the outbox's client_id while unsent, cut: true when only the beginning of a long
   example is here}.
   The page brings the last few along; the others come when the list is opened. */

import { h } from "../lib/dom.js";
import { fold, matches } from "./find-records.js";
import { Sheet } from "./sheet.js";
import { brief, count } from "./words.js";

const MANY = 50;

/** What this page knows and what the server says, oldest first: the server's order and word, but for labels that it does
    not have yet. Pure. */
export function merge(here, there) {
  const known = new Map(here.filter((record) => !record.cut).map((record) => [record.assignment.id, record.assignment]));
  there = there.map((record) => (record.cut && known.has(record.assignment.id) ? { ...record, assignment: known.get(record.assignment.id), cut: false } : record));
  const listed = new Set(there.map((record) => record.assignment.id));
  const mine = here.filter((record) => record.entry || !listed.has(record.assignment.id));
  const ids = new Set(mine.map((record) => record.assignment.id));
  const oldest = there.length < MANY ? mine : mine.filter((record) => "entry" in record); // others have dropped out of the last fifty
  return [...there.filter((record) => !ids.has(record.assignment.id)), ...oldest].slice(-MANY);
}

export class Recent {
  #shown = []; // in the list, newest first

  /** `fetchAll()`: promise of the last fifty of the server, `fetchAll(assignment)` of one of them; `textOf(example)`: what is read of an example. */
  constructor({ records, keys, revise, sentence, fetchAll, textOf }) {
    this.records = records; // oldest first
    this.button = document.getElementById("undo");
    this.sheet = new Sheet("history", keys);
    this.search = document.getElementById("history-search");
    this.list = this.sheet.dialog.querySelector("[data-list]");
    Object.assign(this, { revise, sentence, fetchAll, textOf });
    this.button.addEventListener("click", (event) => this.undo(event));
    for (const opener of document.querySelectorAll("[data-history-open]")) opener.addEventListener("click", () => this.open());
    this.list.addEventListener("click", (event) => {
      const chosen = event.target.closest("[data-record]");
      if (chosen) this.#choose(this.#shown[Number(chosen.dataset.record)], event);
    });
    this.search.addEventListener("input", () => this.#write());
    this.sheet.dialog.addEventListener("keydown", (event) => this.#key(event));
  }

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
    if (last?.cut) this.open(); // it has to be fetched
    else if (last) this.revise(last, event);
    return Boolean(last);
  }

  open() {
    this.search.value = "";
    this.note = "";
    this.#write();
    this.sheet.open((name, event, digit) => {
      const record = digit === null ? null : this.#shown[(digit + 9) % 10];
      if (record) this.#choose(record, event);
      return Boolean(record);
    });
    this.#focus(0);
    this.#fetch();
  }

  async #fetch() {
    try {
      this.records = merge(this.records, await this.fetchAll());
      this.note = "";
    } catch {
      this.note = "Earlier ones come when the server answers again.";
    }
    if (this.sheet.isOpen) this.#write();
  }

  #write() {
    const at = document.activeElement?.dataset.assignment; // the list may grow under the focus
    const wanted = fold(this.search.value);
    this.#shown = [...this.records].reverse().filter((record) => matches(record, wanted, this.textOf));
    this.list.replaceChildren(...this.#shown.map((record, place) => this.#row(record, place)));
    this.sheet.dialog.querySelector("[data-empty]").hidden = this.records.length > 0;
    const found = wanted ? `${this.#shown.length || "None"} of ${this.records.length}` : count(this.records.length, "label");
    this.sheet.dialog.querySelector("[data-count]").textContent = this.records.length ? `${found}. ${this.note}` : this.note;
    if (at) this.#focus(Math.max(0, this.#shown.findIndex((record) => String(record.assignment.id) === at)));
  }

  #row(record, place) {
    const { id, example } = record.assignment;
    const text = brief(this.textOf(example).replace(/\s+/g, " ").trim(), 80);
    return h("li", {}, h("button", { type: "button", class: "button", "data-record": place, "data-assignment": id },
      place < 10 ? h("kbd", {}, String((place + 1) % 10)) : null,
      h("span", { class: "grow" }, h("strong", {}, brief(record.words, 30)), " ", h("span", { class: "muted" }, brief(example.key, 30)),
        text ? h("span", { class: "passage", dir: "auto" }, text) : null,
        record.comment ? h("span", { class: "passage muted" }, `“${brief(record.comment, 80)}”`) : null),
      h("span", { class: "muted" }, this.sentence(record))));
  }

  #note(words) {
    this.note = words;
    this.#write();
  }

  /** Arrows move, a letter searches, Enter in the search opens the first one found. */
  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const rows = [...this.list.querySelectorAll("button")];
    const here = rows.indexOf(document.activeElement);
    const searching = document.activeElement === this.search;
    if (event.key === "ArrowDown") this.#focus(Math.min(here + 1, rows.length - 1));
    else if (event.key === "ArrowUp" && here > 0) this.#focus(here - 1);
    else if (event.key === "ArrowUp" && !searching) this.search.focus();
    else if (event.key === "Escape") this.sheet.close(); // at once, also out of the search: the next key belongs to the example
    else if (event.key === "Enter" && searching && this.#shown[0]) this.#choose(this.#shown[0], event);
    else {
      if (!searching && event.key.length === 1 && !/^[\d ]$/.test(event.key)) this.search.focus(); // which then gets the letter
      return;
    }
    event.preventDefault();
  }

  #focus(place) { (this.list.querySelectorAll("button")[place] ?? this.search).focus(); }

  async #choose(record, event) {
    if (record.cut) {
      try {
        this.#note(`Getting ${brief(record.assignment.example.key, 30)}.`);
        Object.assign(record, (await this.fetchAll(record.assignment.id))[0], { cut: false });
      } catch {
        return this.#note("This one comes when the server answers again.");
      }
      if (!this.sheet.isOpen) return;
    }
    this.sheet.close();
    this.revise(record, event);
  }
}
