/* The boxes of one example while they are made: which there are, which is chosen, what can be undone. Nothing is drawn here.
   A box carries an `id` that is its own on this page; an answer does not. */

const MOST_STEPS = 300;

export class Marks {
  #past = [];
  #future = [];
  #tag = null;
  #ids = 0;

  constructor(classes) {
    this.classes = classes; // keys
    this.next = classes[0]; // class of the next box; stays from example to example
    this.load(null);
  }

  /** Takes an answer in: a list of boxes, [] for "nothing to mark", null for none yet. */
  load(answer) {
    this.boxes = (answer ?? []).map((box) => ({ ...box, id: ++this.#ids }));
    this.nothing = Boolean(answer) && !answer.length;
    this.chosen = null;
    this.#past = [];
    this.#future = [];
    this.#tag = null;
  }

  get answer() {
    if (!this.boxes.length) return this.nothing ? [] : null;
    return this.boxes.map(({ x, y, w, h, class: key }) => ({ x, y, w, h, class: key }));
  }

  get box() { return this.boxes.find(({ id }) => id === this.chosen) ?? null; }
  place(id = this.chosen) { return this.boxes.findIndex((box) => box.id === id); }
  get canUndo() { return this.#past.length > 0; }
  get canRedo() { return this.#future.length > 0; }

  choose(id) {
    this.chosen = id;
    this.#tag = null;
    if (this.box) this.next = this.box.class;
  }

  /** The next or previous box is chosen; null and no change where there is none. */
  step(by) {
    const here = this.place();
    const there = here < 0 ? (by > 0 ? 0 : this.boxes.length - 1) : here + by;
    if (!this.boxes[there]) return null;
    this.choose(this.boxes[there].id);
    return this.box;
  }

  add(box) {
    this.#keep();
    const made = { ...box, class: this.next, id: ++this.#ids };
    this.boxes = [...this.boxes, made];
    this.nothing = false;
    this.chosen = made.id;
    return made;
  }

  /** Another place, size or class. Steps of the same `tag` on the same box are one step of undo, until something else is done. */
  change(id, fields, tag = null) {
    const place = this.place(id);
    const before = this.boxes[place];
    if (!before || Object.keys(fields).every((name) => fields[name] === before[name])) return false;
    const same = tag !== null && this.#tag === `${tag} ${id}`;
    if (!same) this.#keep();
    this.#tag = tag === null ? null : `${tag} ${id}`;
    this.boxes = this.boxes.with(place, { ...before, ...fields, id });
    return true;
  }

  /** The chosen box gets this class, and so will the next one. */
  classify(key) {
    this.next = key;
    return this.chosen !== null && this.change(this.chosen, { class: key });
  }

  /** The box after it is chosen, or the last one. */
  remove(id = this.chosen) {
    const place = this.place(id);
    if (place < 0) return null;
    this.#keep();
    const gone = this.boxes[place];
    this.boxes = this.boxes.toSpliced(place, 1);
    if (this.chosen === id) this.chosen = (this.boxes[place] ?? this.boxes.at(-1))?.id ?? null;
    return gone;
  }

  /** "Nothing to mark", or not; refused (false) while there are boxes. */
  setNothing(on) {
    if (this.boxes.length) return false;
    this.#keep();
    this.nothing = on;
    return true;
  }

  undo() { return this.#go(this.#past, this.#future); }
  redo() { return this.#go(this.#future, this.#past); }

  #state() { return { boxes: this.boxes, nothing: this.nothing, chosen: this.chosen }; }

  #keep() {
    this.#past.push(this.#state());
    if (this.#past.length > MOST_STEPS) this.#past.shift();
    this.#future = [];
    this.#tag = null;
  }

  #go(from, to) {
    const state = from.pop();
    if (!state) return false;
    to.push(this.#state());
    Object.assign(this, state);
    if (this.place() < 0) this.chosen = null;
    this.#tag = null;
    return true;
  }
}
