/* <dialog id="skip-reasons"> <button data-reason="…"><kbd>1</kbd> …</button> … <button data-close> </dialog>
   S opens it; a digit or a press gives the reason, Esc leaves it. */

import { Sheet } from "./sheet.js";

export class Skip {
  constructor({ keys, skip, mayOpen }) {
    this.sheet = new Sheet("skip-reasons", keys);
    this.reasons = [...this.sheet.dialog.querySelectorAll("[data-reason]")];
    Object.assign(this, { skip, mayOpen });
    this.sheet.dialog.addEventListener("click", (event) => {
      const button = event.target.closest("[data-reason]");
      if (button) this.#choose(button, event);
    });
    document.getElementById("skip-open").addEventListener("click", () => this.open());
  }

  open() {
    if (!this.mayOpen()) return;
    this.sheet.open((name, event, digit) => {
      const button = digit === null ? null : this.reasons[digit - 1];
      if (button) this.#choose(button, event);
      return Boolean(button);
    });
  }

  #choose(button, event) {
    this.sheet.close();
    this.skip(button.dataset.reason, event);
  }
}
