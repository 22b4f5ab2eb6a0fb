/* Sends the outbox in the background: one at a time, in order; after a failure again in 1, 2, 4 … 30 s, and at once when
   the connection or the tab comes back. An entry leaves only on 200 or 201 with its receipt. */

import { Refused, Unreachable } from "./api.js";
import { exclusively } from "./tabs.js";

const LONGEST = 30_000;

/** How long to wait after this many failures in a row: 1, 2, 4 … 30 s, each up to a fifth longer. */
export function pause(failures, random = Math.random) {
  return Math.min(LONGEST, 1000 * 2 ** Math.max(0, failures - 1)) * (1 + random() / 5);
}

export class Sender extends EventTarget {
  #timer = null;
  #busy = null;
  #again = false;

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
    this.failures = Math.min(this.failures, 1);
    return this.#run();
  }

  /** A new entry: sent now, unless a failure is being waited out. */
  wake() { return this.#timer === null ? this.#run() : this.#busy; }

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
    for (let entry; (entry = this.outbox.waiting[0]); ) {
      try {
        this.outbox.settle(entry, await this.api.send(entry));
        this.failures = 0;
        this.report(null);
      } catch (error) {
        if (error instanceof Unreachable) {
          this.report({ kind: "away" });
          return this.#wait(error.retryAfter);
        }
        if (!(error instanceof Refused)) throw error;
        if (!(await this.#refused(entry, error))) return this.#wait();
      }
    }
    if (!this.outbox.waiting.length && this.trouble?.kind === "away") this.report(null);
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
