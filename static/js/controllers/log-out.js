/* <form data-controller="log-out" data-user="ada" method="post" action="…"><button>Log out</button></form>
   Asks first while labels of this person wait on this computer; they stay here, under their name. */

import { h } from "../lib/dom.js";

export class LogOut {
  constructor(form) {
    this.form = form;
    this.leave = new AbortController();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.check();
    }, { signal: this.leave.signal });
  }

  async check() {
    const waiting = await import("../label/store.js").then(({ countWaiting }) => countWaiting(this.form.dataset.user)).catch(() => 0);
    if (waiting) this.ask(waiting); else this.form.submit();
  }

  ask(waiting) {
    const what = waiting === 1 ? "1 label waits" : `${waiting} labels wait`;
    const out = h("button", { type: "button", class: "button" }, "Log out all the same");
    const stay = h("button", { type: "button", class: "button primary" }, "Stay");
    const dialog = h("dialog", { "aria-labelledby": "waiting-title" },
      h("header", {}, h("h2", { id: "waiting-title" }, `${what} on this computer`)),
      h("p", {}, "The server does not have them yet. Stay, and they go out by themselves once the labelling page is open. Log out, and they stay here under your name until you log in again on this computer."),
      h("div", { class: "actions" }, stay, out));
    out.addEventListener("click", () => this.form.submit());
    stay.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  disconnect() { this.leave.abort(); }
}
