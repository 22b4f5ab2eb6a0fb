/* What this computer keeps: labels that have no receipt yet, and drafts. IndexedDB, all of it keyed by user name, so that
   another person on this computer neither sees nor sends it. A write is handed to the browser, committed and not waited
   for: it survives the tab from then on. Where IndexedDB is refused or full, memory takes over and `lasting` turns false. */

import { openDB } from "idb";

const NAME = "workbench-labelling";
const VERSION = 1;
const REMEMBERED = 60_000; // ms: a page that the server wrote before it had a label opens within this time

export class Store {
  #db = null;
  #memory = { outbox: new Map(), drafts: new Map() };
  #settled = []; // {client_id, settled} of entries that the server has, the oldest first

  constructor(user) {
    this.user = user;
    this.lasting = false;
    this.onlost = () => {};
  }

  /** Opens the database; resolves also when there is none to open. */
  async open() {
    try {
      this.#db = await openDB(NAME, VERSION, {
        upgrade(db) {
          db.createObjectStore("outbox", { keyPath: "client_id" }).createIndex("user", "user");
          db.createObjectStore("drafts", { keyPath: ["user", "assignment"] });
        },
        blocking: (_now, _next, event) => event.target.close(),
        terminated: () => this.#lose(),
      });
      this.lasting = true;
      navigator.storage?.persist?.().catch(() => {});
    } catch {
      this.lasting = false;
    }
    return this;
  }

  /** Keep an entry of the outbox and forget its draft, in one transaction. Rejects never; `lasting` tells. */
  async keep(entry) {
    const whole = { ...entry, user: this.user };
    this.#memory.outbox.set(entry.client_id, whole);
    this.#memory.drafts.delete(entry.assignment);
    await this.#write(["outbox", "drafts"], (transaction) => {
      transaction.objectStore("outbox").put(whole);
      transaction.objectStore("drafts").delete([this.user, entry.assignment]);
    });
  }

  async remove(clientId) {
    this.#memory.outbox.delete(clientId);
    await this.#write(["outbox"], (transaction) => transaction.objectStore("outbox").delete(clientId));
  }

  /** The server has this label. It is remembered for a minute: a page that is being opened may be older than its receipt,
      and must not show its example again. */
  async settle({ fresh, ...entry }, now = Date.now()) {
    this.#memory.outbox.delete(entry.client_id);
    const old = this.#settled.filter(({ settled }) => now - settled > REMEMBERED);
    this.#settled = [...this.#settled.slice(old.length), { client_id: entry.client_id, settled: now }];
    await this.#write(["outbox"], (transaction) => {
      const kept = transaction.objectStore("outbox");
      kept.put({ ...entry, user: this.#aside, settled: now });
      for (const { client_id } of old) kept.delete(client_id);
    });
  }

  /** Labels of this user that the server got in the last minute, in the order in which they were made. */
  async settled(now = Date.now()) {
    const all = this.#db ? await this.#db.getAllFromIndex("outbox", "user", this.#aside).catch(() => []) : [];
    const old = all.filter(({ settled }) => now - settled > REMEMBERED);
    if (old.length) this.#write(["outbox"], (transaction) => old.forEach(({ client_id }) => transaction.objectStore("outbox").delete(client_id)));
    this.#settled = all.filter((entry) => !old.includes(entry)).sort((one, other) => one.settled - other.settled);
    return [...this.#settled].sort((one, other) => one.order - other.order);
  }

  get #aside() { return `settled:${this.user}`; } // no user name has a colon

  /** Every entry of this user, in the order in which they were made. */
  async entries() {
    const kept = this.#db ? await this.#db.getAllFromIndex("outbox", "user", this.user).catch(() => []) : [];
    const all = new Map(kept.map((entry) => [entry.client_id, entry]));
    if (!this.lasting) for (const [id, entry] of this.#memory.outbox) all.set(id, entry);
    return [...all.values()].sort((one, other) => one.order - other.order);
  }

  async saveDraft(assignment, draft) {
    const whole = { ...draft, user: this.user, assignment };
    this.#memory.drafts.set(assignment, whole);
    await this.#write(["drafts"], (transaction) => transaction.objectStore("drafts").put(whole));
  }

  async dropDraft(assignment) {
    this.#memory.drafts.delete(assignment);
    await this.#write(["drafts"], (transaction) => transaction.objectStore("drafts").delete([this.user, assignment]));
  }

  /** Drafts of this user by assignment; those nobody came back to for two weeks are forgotten. */
  async drafts(now = Date.now()) {
    if (this.#db) {
      const range = IDBKeyRange.bound([this.user], [this.user, []]);
      for (const draft of await this.#db.getAll("drafts", range).catch(() => [])) {
        if (now - draft.at > 14 * 24 * 3600e3) this.dropDraft(draft.assignment);
        else this.#memory.drafts.set(draft.assignment, draft);
      }
    }
    return this.#memory.drafts;
  }

  async #write(stores, act) {
    if (!this.#db) return;
    try {
      const transaction = this.#db.transaction(stores, "readwrite");
      act(transaction);
      transaction.commit?.(); // on its way at once, so that it outlives a tab that closes now
      await transaction.done;
    } catch {
      this.#lose();
    }
  }

  #lose() {
    if (!this.lasting) return;
    this.lasting = false;
    this.onlost();
  }
}

/** How many labels of this user wait on this computer: for the question before logging out. */
export async function countWaiting(user) {
  const store = await new Store(user).open();
  return (await store.entries()).length;
}
