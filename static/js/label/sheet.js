/* A dialog with keys of its own: the browser's modal <dialog>, whose keys go first as long as it is open. Closing is done
   with at once, so that a key typed right after belongs to the example again. */
export class Sheet {
  #lift = null;

  constructor(id, keys) {
    this.dialog = document.getElementById(id);
    this.keys = keys;
    this.dialog.addEventListener("click", (event) => {
      if (event.target.closest("[data-close]") || event.target === this.dialog) this.close();
    });
    this.dialog.addEventListener("close", () => this.#end());
  }

  get isOpen() { return this.dialog.open; }

  /** `key(name, event, digit)` returns whether it took the key. */
  open(key = () => false) {
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.#lift = this.keys.layer({
      modal: true,
      key: (name, event, digit) => {
        if (name !== "escape") return key(name, event, digit);
        this.close(); // the browser would do it a moment later, and take the next key as the dialog's
        return true;
      },
    });
  }

  close() {
    this.#end();
    this.dialog.close();
  }

  #end() {
    this.#lift?.();
    this.#lift = null;
  }
}
