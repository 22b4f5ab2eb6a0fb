/* The picture of a sound as a slider: a press goes there, a drag chooses the part that plays again and again, arrows move.
   <div class="wave" role="slider" tabindex="0"><svg viewBox="0 0 1000 100">…</svg></div> */

import { h } from "../lib/dom.js";
import { clockTime } from "./time.js";

const DRAG = 6; // pixels; less is a press
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, PageDown: -10, PageUp: 10 }; // s
const calm = matchMedia("(prefers-reduced-motion: reduce)");

function shape(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

export class Wave {
  #drag = null; // {x, time} where the pointer went down
  #shown = -1; // s, what the cursor was drawn at
  #said = -1;

  constructor(player) {
    this.player = player;
    const full = { y: 0, height: 100, width: 0 };
    this.part = shape("rect", { class: "wave-part", ...full });
    this.line = shape("path", { class: "wave-line", d: "M0 49.4H1000V50.6H0Z" });
    this.played = shape("rect", { class: "wave-played", ...full, x: 0 });
    this.cursor = shape("rect", { class: "wave-cursor", ...full, width: 2 });
    const svg = shape("svg", { viewBox: "0 0 1000 100", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" });
    svg.append(this.part, this.played, this.line, this.cursor);
    this.node = h("div", { class: "wave", role: "slider", tabindex: 0, "aria-label": "Place in the sound", "aria-valuemin": 0, "aria-valuemax": 0, "aria-valuenow": 0 });
    this.node.append(svg);
    player.addEventListener("time", () => this.#move());
    player.addEventListener("change", () => this.#write());
    this.node.addEventListener("keydown", (event) => this.#key(event));
    this.node.addEventListener("pointerdown", (event) => this.#down(event));
    this.node.addEventListener("pointermove", (event) => this.#choose(event));
    this.node.addEventListener("pointerup", (event) => this.#up(event));
    this.node.addEventListener("pointercancel", () => { this.#drag = null; });
  }

  #across(seconds) { return this.player.duration ? (seconds / this.player.duration) * 1000 : 0; }

  #timeAt({ clientX }) {
    const { left, width } = this.node.getBoundingClientRect();
    return Math.min(1, Math.max(0, (clientX - left) / width)) * (this.player.duration ?? 0);
  }

  #write() {
    const { path, part, loop, duration } = this.player;
    if (path && this.line.getAttribute("d") !== path) this.line.setAttribute("d", path);
    this.part.setAttribute("x", this.#across(part?.from ?? 0));
    this.part.setAttribute("width", part ? this.#across(part.to - part.from) : 0);
    this.part.classList.toggle("on", loop);
    this.node.setAttribute("aria-valuemax", Math.round(duration ?? 0));
    this.#move(true);
  }

  #move(now = false) {
    const { time, duration, playing } = this.player;
    const whole = Math.floor(time);
    if (!now && playing && calm.matches && Math.abs(time - this.#shown) < 1) return; // from second to second, no gliding
    this.#shown = time;
    const x = this.#across(time);
    this.played.setAttribute("width", x);
    this.cursor.setAttribute("x", Math.min(998, x));
    if ((whole === this.#said && !now) || (playing && document.activeElement === this.node)) return; // nobody hears each second read aloud
    this.#said = whole;
    this.node.setAttribute("aria-valuenow", whole);
    this.node.setAttribute("aria-valuetext", `${clockTime(time)} of ${clockTime(duration ?? 0)}`);
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const step = STEPS[event.key];
    if (step) this.player.skip(step);
    else if (event.key === "Home") this.player.seek(0);
    else if (event.key === "End") this.player.seek(this.player.duration ?? 0);
    else return;
    event.preventDefault();
  }

  #down(event) {
    if (event.button !== 0 || !this.player.duration) return;
    event.preventDefault(); // the focus stays where it was
    this.#drag = { x: event.clientX, time: this.#timeAt(event) };
    this.node.setPointerCapture(event.pointerId);
  }

  #choose(event) {
    if (!this.#drag || Math.abs(event.clientX - this.#drag.x) < DRAG) return;
    const here = this.#timeAt(event);
    this.player.repeat({ from: Math.min(here, this.#drag.time), to: Math.max(here, this.#drag.time) });
  }

  #up(event) {
    if (!this.#drag) return;
    const dragged = Math.abs(event.clientX - this.#drag.x) >= DRAG;
    this.player.seek(dragged ? this.player.part?.from ?? 0 : this.#drag.time);
    this.#drag = null;
  }
}
