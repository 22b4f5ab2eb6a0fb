/* The examples leased ahead, drawn and decoded before their turn: taking one is a matter of the same frame. */

import { Refused } from "./api.js";

export const AHEAD = 9; // besides the one on the screen
export const LOW = 3; // refill from here on; earlier where the network is slow for the pace of this labeller
const ASK_AGAIN = 15_000; // while nothing is left, and somebody still labels

export class Stock extends EventTarget {
  #items = [];
  #seen = new Set(); // on the screen, waiting here, or answered: what a late response may still list
  #asking = null;
  #askedAt = 0; // the page came with its first examples
  #took = 0; // ms, the last refill
  #takes = []; // when the last few were taken

  constructor({ api, outbox, draw }) {
    super();
    Object.assign(this, { api, outbox, draw });
    this.waiting = 0; // examples that wait for other people
    this.none = false; // the server had no more for us
    this.away = false; // the last request did not come through
  }

  get length() { return this.#items.length; }
  get asking() { return this.#asking !== null; }
  get next() { return this.#items[0] ?? null; }

  /** Takes in what the server leased: {assignments, waiting, ...}. What is in our hands comes first in it, so when
      something new or nothing more follows, an example that is not listed has run out and gone to somebody else. */
  add(answer, asked = Infinity) {
    let added = 0;
    const held = this.#items.length;
    for (const assignment of answer.assignments) {
      if (this.#seen.has(assignment.id) || this.outbox.has(assignment.id)) continue;
      this.#seen.add(assignment.id);
      this.#items.push(this.draw(assignment));
      added += 1;
    }
    if (added || answer.assignments.length < asked) {
      const listed = new Set(answer.assignments.map(({ id }) => id));
      this.#items = this.#items.filter(({ assignment }, place) => place >= held || listed.has(assignment.id));
    }
    this.waiting = answer.waiting ?? 0;
    this.none = added === 0;
    return added;
  }

  /** The next example, or null. */
  take() {
    this.#takes = [...this.#takes.slice(-4), performance.now()];
    return this.#items.shift() ?? null;
  }

  /** How few may be left before more are fetched: what is used up while a refill is on its way, and two more. */
  get low() {
    if (this.#takes.length < 3) return LOW;
    const pace = (this.#takes.at(-1) - this.#takes[0]) / (this.#takes.length - 1);
    return Math.min(AHEAD - 1, Math.max(LOW, Math.ceil(this.#took / Math.max(pace, 1)) + 2));
  }

  /** Puts one back in front: it was interrupted. */
  putBack(item) {
    this.#seen.add(item.assignment.id);
    this.#items.unshift(item);
  }

  /** Forgets everything, also what was answered (`Look again`); examples in the outbox stay out. */
  empty({ forget = false } = {}) {
    const gone = this.#items;
    this.#items = [];
    if (forget) this.#seen.clear();
    else for (const item of gone) this.#seen.delete(item.assignment.id);
  }

  seen(assignment) { this.#seen.add(assignment); }

  /** Asks again, which renews leases, when the last time lies further back than `seconds`. */
  renew(seconds) {
    if (performance.now() - this.#askedAt > seconds * 1000) this.refill({ now: true });
  }

  /** Refills in the background when it runs low. */
  refill({ now = false } = {}) {
    const due = this.#items.length <= this.low && (!this.none || !this.#items.length || performance.now() - this.#askedAt > ASK_AGAIN);
    if (this.#asking || !(now || due)) return this.#asking ?? Promise.resolve();
    this.#askedAt = performance.now();
    // The server lists what we hold already first, unsent answers included.
    const count = Math.min(50, this.outbox.waiting.length + 1 + AHEAD);
    this.dispatchEvent(new Event("asking"));
    this.#asking = this.api.stock(count)
      .then((answer) => {
        this.away = false;
        this.#asking = null;
        this.#took = performance.now() - this.#askedAt;
        const added = this.add(answer, count);
        this.dispatchEvent(new CustomEvent("filled", { detail: { added, answer } }));
      })
      .catch((error) => {
        this.away = !(error instanceof Refused);
        this.#asking = null;
        this.dispatchEvent(new CustomEvent("failed", { detail: { error } }));
      });
    return this.#asking;
  }
}
