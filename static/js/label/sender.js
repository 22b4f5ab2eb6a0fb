/* Sends the outbox in the background, in order; after a failure again in 1, 2, 4 … 30 s, and at once when the connection or
   the tab comes back. An entry leaves only on 200 or 201 with its receipt. Where the network is slow for the pace of a
   labeller a few are on their way at once, never two of one example; after a failure a single one tries first. */

import { Refused, Unreachable } from "./api.js";
import { exclusively } from "./tabs.js";

const LONGEST = 30_000;
const SLOW = 1000; // ms that a label waited: from then on several are sent at once
const AT_ONCE = 4;

/** How long to wait after this many failures in a row: 1, 2, 4 … 30 s, each up to a fifth longer. */
export function pause(failures, random = Math.random) {
  return Math.min(LONGEST, 1000 * 2 ** Math.max(0, failures - 1)) * (1 + random() / 5);
}

export class Sender extends EventTarget {
  #timer = null;
  #busy = null;
  #again = false;
  #lanes = new Set(); // promises, each of one request after the other
  #sending = new Set(); // entries on their way
  #stopped = false;

  constructor({ outbox, api, user }) {
    super();
    Object.assign(this, { outbox, api, user });
    this.failures = 0;
    this.trouble = null; // null, or {kind: "login"|"other-user"|"forbidden"|"away", message?, user?}
    addEventListener("online", () => this.kick());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.kick());
    document.addEventListener("resume", () => this.kick());
  }

  /** Something is to be sent, or may be possible again: now. */
  kick() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.failures = Math.min(this.failures, 1); // and from there on 1, 2, 4 … again
    return this.#run();
  }

  /** A new entry: sent now, unless a failure is being waited out. */
  wake() {
    if (this.#lanes.size && !this.failures) this.#widen();
    return this.#timer === null ? this.#run() : this.#busy;
  }

  #run() {
    if (this.#busy) { this.#again = true; return this.#busy; }
    this.#busy = exclusively(`workbench-sending:${this.user}`, () => this.#drain())
      .catch((error) => { console.error(error); this.#wait(); })
      .finally(() => {
        this.#busy = null;
        if (this.#again) { this.#again = false; this.wake(); }
      });
    return this.#busy;
  }

  async #drain() {
    await this.outbox.load(); // what another tab sent, or left behind
    this.#stopped = false;
    if (this.failures) this.#lane(); else this.#widen();
    while (this.#lanes.size) await Promise.race(this.#lanes);
    if (!this.outbox.waiting.length && this.trouble?.kind === "away") this.report(null);
  }

  #widen() {
    const oldest = this.outbox.waiting[0];
    const most = oldest && Date.now() - Date.parse(oldest.at) > SLOW ? AT_ONCE : 1;
    for (let room = most - this.#lanes.size; room > 0 && this.#next(); room -= 1) this.#lane();
  }

  #lane() {
    const lane = this.#send().finally(() => this.#lanes.delete(lane));
    this.#lanes.add(lane);
  }

  /** The first entry that is neither on its way nor of an example that is. */
  #next() {
    if (this.#stopped) return null;
    const busy = new Set([...this.#sending].map((entry) => entry.assignment));
    for (const entry of this.outbox.waiting) {
      if (!busy.has(entry.assignment)) return entry;
    }
    return null;
  }

  async #send() {
    for (let entry; (entry = this.#next()); ) {
      this.#sending.add(entry);
      try {
        this.outbox.settle(entry, await this.api.send(entry));
        this.failures = 0;
        this.report(null);
        this.#widen();
      } catch (error) {
        if (error instanceof Unreachable) {
          this.report({ kind: "away" });
          this.#wait(error.retryAfter);
        } else if (!(error instanceof Refused)) throw error;
        else if (!(await this.#refused(entry, error))) this.#wait();
      } finally {
        this.#sending.delete(entry);
      }
    }
  }

  /** Returns whether the next entry may be tried. */
  async #refused(entry, error) {
    if (error.status === 401) {
      this.report({ kind: "login" });
      return false;
    }
    if (error.status === 403 || error.status === 404) {
      const who = await this.api.who().catch(() => undefined); // is this still the person whose labels these are?
      if (who === undefined) { this.report({ kind: "away" }); return false; }
      if (who !== this.user) { this.report(who ? { kind: "other-user", user: who } : { kind: "login" }); return false; }
      if (error.status === 403) { this.report({ kind: "forbidden", message: error.message }); return false; }
    }
    if (entry.kind === "skip" && (error.status === 409 || error.status === 404)) this.outbox.settle(entry, null); // it is gone already
    else this.outbox.park(entry, { status: error.status, message: error.message });
    return true;
  }

  #wait(atLeast = 0) {
    if (this.#stopped && this.#timer !== null) return; // another lane has said so already
    this.#stopped = true;
    this.failures += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { this.#timer = null; this.#run(); }, Math.max(pause(this.failures), atLeast));
  }

  /** What keeps labels from being sent, or null. */
  report(trouble) {
    if (JSON.stringify(trouble) === JSON.stringify(this.trouble)) return;
    this.trouble = trouble;
    this.dispatchEvent(new Event("change"));
  }
}
