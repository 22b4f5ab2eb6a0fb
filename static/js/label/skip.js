/* <dialog id="skip-reasons"> <button data-reason="…"><kbd>1</kbd> …</button> … </dialog>
   S opens it; a digit or a press gives the reason, Esc leaves it. */
export class Skip {
  constructor({ keys, skip, mayOpen }) {
    this.dialog = document.getElementById("skip-reasons");
    this.reasons = [...this.dialog.querySelectorAll("[data-reason]")];
    Object.assign(this, { keys, skip, mayOpen });
    this.dialog.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.dataset.reason) this.#choose(button, event);
      else if (button || event.target === this.dialog) this.dialog.close();
    });
    this.dialog.addEventListener("close", () => { this.lift?.(); this.lift = null; });
    document.getElementById("skip-open").addEventListener("click", () => this.open());
  }

  open() {
    if (this.dialog.open || !this.mayOpen()) return;
    this.dialog.showModal();
    this.lift = this.keys.layer({
      key: (name, event, digit) => {
        const button = digit === null ? null : this.reasons[digit - 1];
        if (button) this.#choose(button, event);
        return Boolean(button);
      },
    });
  }

  #choose(button, event) {
    this.dialog.close();
    this.skip(button.dataset.reason, event);
  }
}
