/* Active seconds on one example: the time between two signs of life, up to 30 s each; none while the tab is hidden. */

export const IDLE = 30_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "scroll", "touchstart", "input", "listening"];

export class Clock {
  #total = 0;
  #last = null;

  constructor(now = () => performance.now()) { this.now = now; }

  /** A new example, or one that was begun before (`seconds` so far). */
  start(seconds = 0) {
    this.#total = seconds * 1000;
    this.#last = this.now();
  }

  /** A sign of life. */
  touch() {
    if (this.#last === null) return;
    this.#total = this.#sum();
    this.#last = this.now();
  }

  pause() {
    this.touch();
    this.#last = null;
  }

  resume() { this.#last ??= this.now(); }

  /** Whether somebody was here in the last five minutes. */
  get awake() { return this.#last !== null && this.now() - this.#last < 300_000; }

  /** Active seconds so far, to a tenth. */
  get seconds() { return Math.round(this.#sum() / 100) / 10; }

  #sum() { return this.#total + (this.#last === null ? 0 : Math.min(this.now() - this.#last, IDLE)); }

  listen(root = window) {
    for (const sign of SIGNS) root.addEventListener(sign, () => this.touch(), { passive: true, capture: true });
    document.addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? this.pause() : this.resume()));
    return this;
  }
}
