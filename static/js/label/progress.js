/* <p id="progress"><b data-today></b> today <span data-left>…</span></p>: one's own, counted here at once. */

import { thousands } from "./words.js";

export class Progress {
  constructor({ today, left, left_is_at_least: atLeast }) {
    this.root = document.getElementById("progress");
    this.today = today;
    this.left = left;
    this.atLeast = atLeast; // "1,000+": nobody needs to know it more exactly
    this.made = 0; // in this page's life
    this.write();
  }

  done() {
    this.made += 1;
    this.today += 1;
    if (this.left && !this.atLeast) this.left -= 1;
    this.write();
  }

  skipped() {
    this.made += 1;
    if (this.left && !this.atLeast) this.left -= 1;
    this.write();
  }

  /** What the server counts; only when nothing was on its way meanwhile, since both would count it. */
  sync({ today, left, left_is_at_least: atLeast = this.atLeast }) {
    this.atLeast = atLeast;
    if (typeof today === "number") this.today = today;
    if (left !== undefined) this.left = left;
    this.write();
  }

  write() {
    this.root.querySelector("[data-today]").textContent = thousands(this.today);
    const left = this.root.querySelector("[data-left]");
    left.hidden = this.left === null || this.left === undefined;
    left.querySelector("b").textContent = `${thousands(this.left ?? 0)}${this.atLeast ? "+" : ""}`;
  }
}
