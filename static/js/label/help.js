/* <dialog id="keys">…<button data-close>, <input id="letters" type="checkbox">, <input id="quick" type="checkbox"></dialog>
   The keys, and two choices of the labeller's own: letter keys on or off, quick mode. */

import { Sheet } from "./sheet.js";

export class Help {
  constructor({ keys, user, api, quick, quickPossible }) {
    this.sheet = new Sheet("keys", keys);
    this.letters = document.getElementById("letters");
    this.quickBox = document.getElementById("quick");
    this.storage = `workbench-letters-off:${user}`;
    Object.assign(this, { api, quickPossible });
    this.letters.checked = this.#read() !== "1";
    if (this.quickBox) {
      this.quickBox.checked = quick;
      this.quickBox.addEventListener("change", () => api.preferences({ quick_mode: this.quickBox.checked }).catch(() => {}));
    }
    this.letters.addEventListener("change", () => this.#write(this.letters.checked ? "" : "1"));
    document.getElementById("keys-open").addEventListener("click", () => this.open());
  }

  open() {
    this.sheet.open((name) => {
      if (name === "?") this.sheet.close();
      return name === "?";
    });
  }

  get mayLetters() { return this.letters.checked; }
  get quick() { return this.quickPossible && Boolean(this.quickBox?.checked); }

  #read() { try { return localStorage.getItem(this.storage); } catch { return null; } }
  #write(value) { try { localStorage.setItem(this.storage, value); } catch { /* for this visit only, then */ } }
}
