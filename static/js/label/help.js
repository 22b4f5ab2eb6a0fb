/* <dialog id="keys">…<button data-close>, <input id="letters" type="checkbox">, <input id="quick" type="checkbox">,
   <details id="own-keys"><div data-own-keys></div></details></dialog>
   The keys, and what a labeller may choose: letter keys on or off, quick mode, keys of their own. */

import { h } from "../lib/dom.js";
import { shownKey } from "./keynames.js";
import { Sheet } from "./sheet.js";

export class Help {
  /** `helps()`: promise of [[key, sentence]] of the kinds and displays of this project. */
  constructor({ keys, keymap, user, api, voice, quick, quickPossible, helps }) {
    this.sheet = new Sheet("keys", keys);
    this.letters = document.getElementById("letters");
    this.quickBox = document.getElementById("quick");
    this.storage = `workbench-letters-off:${user}`;
    Object.assign(this, { keymap, api, voice, quickPossible });
    this.letters.checked = this.#read() !== "1";
    if (this.quickBox) {
      this.quickBox.checked = quick;
      this.quickBox.addEventListener("change", () => this.#keepQuick());
    }
    this.letters.addEventListener("change", () => this.#write(this.letters.checked ? "" : "1"));
    document.getElementById("keys-open").addEventListener("click", () => this.open());
    this.own = document.getElementById("own-keys");
    this.own.addEventListener("toggle", () => this.own.open && this.#change());
    helps().then((lines) => this.#list(lines)).catch(() => {});
  }

  open() {
    this.write();
    this.sheet.open((name) => {
      if (name === "?") this.sheet.close();
      return name === "?";
    });
  }

  /** Each action of this project with its keys as they are now. */
  write() {
    for (const { id, answers, here, row } of this.keymap.actions) {
      const keys = this.keymap.keysFor(id);
      row.hidden = !here || answers || !keys.length;
      row.querySelector("dt").replaceChildren(...keys.flatMap((key, place) => [place ? " or " : "", h("kbd", {}, shownKey(key))]));
    }
  }

  get mayLetters() { return this.letters.checked; }
  get quick() { return this.quickPossible && Boolean(this.quickBox?.checked); }

  /** By key; false where the project has none. */
  toggleQuick() {
    if (!this.quickBox) return false;
    this.quickBox.checked = !this.quickBox.checked;
    this.voice.say(this.quickBox.checked ? "Quick mode is on: the digit submits." : "Quick mode is off.");
    this.#keepQuick();
    return true;
  }

  #keepQuick() { this.api.preferences({ quick_mode: this.quickBox.checked }).catch(() => {}); }

  /** What kinds and displays say of keys that cannot be changed. */
  #list(lines) {
    const changeable = new Set(this.keymap.actions.filter(({ here, answers }) => here && !answers).flatMap(({ keys }) => keys.map(shownKey)));
    const fixed = lines.filter(([key]) => !changeable.has(key.split(/[\s,]+/)[0])); // the others stand in the list already
    const last = this.sheet.dialog.querySelector(".key-list > div:last-child");
    last.before(...fixed.map(([key, sentence]) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, sentence))));
  }

  async #change() {
    const place = this.own.querySelector("[data-own-keys]");
    if (place.childElementCount) return;
    try {
      const { OwnKeys } = await import("./own-keys.js");
      this.rows = new OwnKeys({ place, keymap: this.keymap, api: this.api, changed: () => this.write() });
    } catch {
      place.replaceChildren(h("p", {}, "This part could not be fetched. Close it and open it again when the connection is back."));
    }
  }

  #read() { try { return localStorage.getItem(this.storage); } catch { return null; } }
  #write(value) { try { localStorage.setItem(this.storage, value); } catch { /* for this visit only, then */ } }
}
