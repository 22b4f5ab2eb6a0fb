/* One sound that can be heard: its file, where one is in it, a loop over a part of it, its speed. Shows nothing itself; whoever
   does listens for "change" (playing, loop, speed, length) and "time". Questions use time, play(), pause() and seek(t). */

import { choices, choose, SPEEDS } from "./choices.js";
import { draw } from "./wave.js";

const WHOLE = 24e6; // bytes: larger ones are played as they come, and never decoded for a picture
const DRAWN = 600; // s; longer ones have a plain bar
const SOON = 120; // s; longer ones are decoded when they are on the screen

// A file stays in memory as long as its player is somewhere: in the stock, or on the screen.
const files = new FinalizationRegistry((url) => URL.revokeObjectURL(url));

export class Player extends EventTarget {
  loop = false;
  part = null; // {from, to} in seconds: what the loop repeats, or all of it
  path = null; // of the picture, once it is there
  #blob = null;
  #first = false; // the first time through since somebody pressed play

  constructor(source) {
    super();
    this.source = source;
    this.audio = document.createElement("audio");
    this.audio.preload = "auto";
    for (const name of ["play", "pause", "durationchange", "ratechange", "volumechange", "seeked"]) this.audio.addEventListener(name, () => this.#tell("change"));
    this.audio.addEventListener("timeupdate", () => this.#heard());
    this.audio.addEventListener("play", () => this.#run());
    this.audio.addEventListener("ended", () => this.loop && this.#again());
  }

  /** Fetches the sound, ahead of its turn; resolves when it can be heard. */
  async load() {
    const response = await fetch(this.source);
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    const bytes = Number(response.headers.get("Content-Length"));
    if (bytes > WHOLE) {
      await response.body?.cancel();
      this.audio.preload = "metadata";
      this.audio.src = this.source;
    } else {
      this.#blob = await response.blob();
      const url = URL.createObjectURL(this.#blob);
      files.register(this.audio, url);
      this.audio.src = url;
    }
    await new Promise((resolve, reject) => {
      this.audio.addEventListener("loadedmetadata", resolve, { once: true });
      this.audio.addEventListener("error", () => reject(this.audio.error), { once: true });
    });
    if (this.duration <= SOON) this.picture();
  }

  /** Draws the picture, where the sound is short enough for one. */
  async picture() {
    if (!this.#blob || !(this.duration <= DRAWN)) return;
    const blob = this.#blob;
    this.#blob = null;
    this.path = await draw(blob);
    this.#tell("change");
  }

  get time() { return this.audio.currentTime; }
  get duration() { return Number.isFinite(this.audio.duration) ? this.audio.duration : null; }
  get playing() { return !this.audio.paused; }

  async play() {
    this.#first = true;
    if (this.duration !== null && this.time >= this.duration) this.seek(this.loop ? this.part?.from ?? 0 : 0);
    await this.audio.play().catch(() => {}); // a browser may wait for the first press of a key
  }

  pause() { this.audio.pause(); }
  toggle() { if (this.playing) this.pause(); else this.play(); }

  /** To this second, as far as there is one. */
  seek(seconds) {
    this.audio.currentTime = Math.min(Math.max(0, seconds), this.duration ?? Infinity);
    this.#tell("time");
  }

  skip(seconds) { this.seek(this.time + seconds); }

  /** Repeats from `from` to `to`; null: repeats everything. */
  repeat(part) {
    const tooShort = part && part.to - part.from < 0.05;
    this.part = tooShort ? null : part;
    this.loop = !tooShort;
    this.#tell("change");
  }

  /** The loop begins, or ends, at this moment. */
  mark(edge) {
    const { from, to } = this.part ?? { from: 0, to: this.duration ?? 0 };
    const here = this.time;
    this.repeat(edge === "from" ? { from: here, to: to > here ? to : this.duration ?? here } : { from: from < here ? from : 0, to: here });
  }

  /** Again and again, or once. */
  toggleLoop() {
    this.loop = !this.loop;
    this.#tell("change");
  }

  get speed() { return choices.speed; }

  faster(by) {
    const place = SPEEDS.indexOf(choices.speed) + by;
    if (SPEEDS[place]) choose({ speed: SPEEDS[place] });
    this.settle();
  }

  /** Takes over speed and volume as they were chosen, maybe at another sound. */
  settle() {
    this.audio.preservesPitch = true;
    this.audio.defaultPlaybackRate = this.audio.playbackRate = choices.speed;
    this.audio.volume = choices.volume;
    this.#tell("change");
  }

  #run() {
    if (!this.playing) return;
    this.#step();
    requestAnimationFrame(() => this.#run());
  }

  #heard() {
    this.#step(); // frames stand still in a hidden tab
    if (this.playing && this.#first) this.audio.dispatchEvent(new CustomEvent("listening", { bubbles: true }));
  }

  #step() {
    const end = this.loop && this.part ? this.part.to : Infinity;
    if (this.playing && this.time >= end) this.#again(); else this.#tell("time");
  }

  #again() {
    this.#first = false;
    this.seek(this.part?.from ?? 0);
    if (!this.playing) this.audio.play().catch(() => {});
  }

  #tell(name) { this.dispatchEvent(new Event(name)); }
}
