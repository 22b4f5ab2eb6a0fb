/* The labels and skips without a receipt, in the order in which they were made. An entry:
   {client_id, order, kind: "label"|"skip", project, assignment, body, at, words, example, refused: null|{status, message}}.
   It stays until the server's receipt is here; whoever shows or sends it listens for "change". */

export class Outbox extends EventTarget {
  #entries = new Map();
  #last = 0;

  constructor(store) {
    super();
    this.store = store;
    this.receipts = []; // the newest first, for those who ask
  }

  /** Reads what this computer kept; again after another tab changed it. */
  async load() {
    const kept = await this.store.entries();
    const ids = new Set(kept.map((entry) => entry.client_id));
    for (const id of this.#entries.keys()) if (!ids.has(id) && !this.#entries.get(id).fresh) this.#entries.delete(id);
    for (const entry of kept) if (!this.#entries.has(entry.client_id)) this.#entries.set(entry.client_id, entry);
    this.#tell();
  }

  /** Adds an entry; from here on it is kept. Returns the promise of the write, which a paint never waits for. */
  add(entry) {
    entry.order = this.#last = Math.max(Date.now(), this.#last + 1);
    entry.refused = null;
    entry.fresh = true;
    this.#entries.set(entry.client_id, entry);
    const { fresh, ...kept } = entry;
    const written = this.store.keep(kept).then(() => { entry.fresh = false; });
    this.#tell();
    return written;
  }

  /** The server has it. */
  settle(entry, receipt) {
    this.#entries.delete(entry.client_id);
    if (entry.kind === "label") this.store.settle(entry);
    else this.store.remove(entry.client_id);
    this.receipts.unshift({ entry, receipt, at: Date.now() });
    this.receipts.length = Math.min(this.receipts.length, 10);
    this.#tell();
    this.dispatchEvent(new CustomEvent("settled", { detail: { entry, receipt } }));
  }

  /** The server refused it for good: it is shown, and no longer in the way of the others. */
  park(entry, refused) {
    entry.refused = refused;
    const { fresh, ...kept } = entry;
    this.store.keep(kept);
    this.#tell();
  }

  drop(entry) {
    this.#entries.delete(entry.client_id);
    this.store.remove(entry.client_id);
    this.#tell();
  }

  get all() { return [...this.#entries.values()].sort((one, other) => one.order - other.order); }
  get waiting() { return this.all.filter((entry) => !entry.refused); }
  get parked() { return this.all.filter((entry) => entry.refused); }
  has(assignment) { return this.all.some((entry) => entry.assignment === assignment); }

  #tell() { this.dispatchEvent(new Event("change")); }
}
