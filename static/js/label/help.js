/* <dialog id="keys">…<button data-close>, <input id="letters" type="checkbox">, <input id="quick" type="checkbox"></dialog>
   The keys, and two choices of the labeller's own: letter keys on or off, quick mode. */
export class Help {
  constructor({ keys, user, api, quick, quickPossible }) {
    this.dialog = document.getElementById("keys");
    this.letters = document.getElementById("letters");
    this.quickBox = document.getElementById("quick");
    this.storage = `workbench-letters-off:${user}`;
    Object.assign(this, { keys, api, quickPossible });
    this.letters.checked = this.#read() !== "1";
    if (this.quickBox) {
      this.quickBox.checked = quick;
      this.quickBox.addEventListener("change", () => api.preferences({ quick_mode: this.quickBox.checked }).catch(() => {}));
    }
    this.letters.addEventListener("change", () => this.#write(this.letters.checked ? "" : "1"));
    this.dialog.addEventListener("click", (event) => {
      if (event.target.closest("[data-close]") || event.target === this.dialog) this.dialog.close();
    });
    this.dialog.addEventListener("close", () => { this.lift?.(); this.lift = null; });
    document.getElementById("keys-open").addEventListener("click", () => this.open());
  }

  open() {
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.lift = this.keys.layer({
      key: (name) => {
        if (name === "?") this.dialog.close();
        return name === "?";
      },
    });
  }

  get mayLetters() { return this.letters.checked; }
  get quick() { return this.quickPossible && Boolean(this.quickBox?.checked); }

  #read() { try { return localStorage.getItem(this.storage); } catch { return null; } }
  #write(value) { try { localStorage.setItem(this.storage, value); } catch { /* for this visit only, then */ } }
}
