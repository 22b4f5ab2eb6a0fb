/* The answers of one's last label once more: P, or <button id="previous" hidden>. Nothing is submitted by it, and P again
   (or Esc) brings back what was there. Marks on an example mean nothing on another one and are left out. */

const MARKS = ["spans", "boxes"];
const ONE_KEY = ["choice", "rating"]; // a single one of these is chosen as fast as copied

export class Previous {
  #before = null;
  #source = null;

  constructor({ page, questions, recent, keymap }) {
    Object.assign(this, { questions, recent, keymap });
    this.keys = page.questions.filter(({ kind }) => !MARKS.includes(kind)).map(({ key }) => key);
    this.worth = this.keys.length > 1 || page.questions.some(({ key, kind }) => this.keys.includes(key) && !ONE_KEY.includes(kind));
    this.button = document.getElementById("previous");
  }

  get copied() { return this.#before !== null; }

  /** What would be copied while `assignment` is on the screen. */
  offer(assignment) {
    const record = this.recent.before(assignment);
    this.#source = this.keys.length && record?.value && record.assignment.id !== assignment ? record : null;
    this.forget();
    this.button.hidden = !(this.worth && this.#source);
  }

  /** An answer was given by hand: there is nothing to bring back. */
  forget() { this.#write(null); }

  /** Copies, or brings back; returns the sentence that says so, or null. */
  toggle() {
    if (this.copied) {
      this.questions.set(this.#before);
      this.#write(null);
      return "Your answers are as they were.";
    }
    if (!this.#source) return null;
    const before = this.questions.draft;
    const copied = this.keys.filter((key) => key in this.#source.value).map((key) => [key, this.#source.value[key]]);
    this.questions.set({ ...before, ...Object.fromEntries(copied) });
    this.#write(before);
    return `Filled in like your last label. Submit it, or press ${this.keymap.shown("previous") || "Esc"} to undo that.`;
  }

  #write(before) {
    this.#before = before;
    this.button.setAttribute("aria-pressed", String(before !== null));
  }
}
