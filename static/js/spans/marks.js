/* The spans of one answer, and what may be done to them: no browser in here. Offsets are UTF-16 units. Spans are frozen
   objects {start, end, class}: what changes is a new one, so that undo is the list as it was. */

const inOrder = (one, other) => one.start - other.start || one.end - other.end || (one.class < other.class ? -1 : 1);
const span = (start, end, name) => Object.freeze({ start, end, class: name });

export class Marks {
  #past = [];
  #future = [];
  spans = Object.freeze([]);
  nothing = false; // said outright that there is nothing to mark

  constructor({ overlap = false } = {}) { this.overlap = overlap; }

  /** Begins anew: with spans, with [] where there was nothing to mark, or with null. */
  reset(spans) {
    this.spans = Object.freeze((spans ?? []).map((part) => span(part.start, part.end, part.class)).sort(inOrder));
    this.nothing = spans !== null && spans !== undefined && !spans.length;
    this.#past = [];
    this.#future = [];
  }

  get answered() { return this.nothing || this.spans.length > 0; }
  get undoable() { return this.#past.length > 0; }
  get redoable() { return this.#future.length > 0; }

  /** {span}, or {why: "overlap"|"same", other}: then nothing changed. */
  add(start, end, name) { return this.#put(span(start, end, name), null); }

  /** The span with other ends or another class; as add(). */
  change(old, { start = old.start, end = old.end, name = old.class }) {
    if (start === old.start && end === old.end && name === old.class) return { span: old };
    return this.#put(span(start, end, name), old);
  }

  /** What stands in the way of a span there, or null. */
  inTheWay(start, end, except = null) {
    return this.overlap ? null : this.spans.find((other) => other !== except && other.start < end && start < other.end) ?? null;
  }

  remove(old) { this.#keep(this.spans.filter((other) => other !== old)); }

  /** Nothing to mark; false while there are spans. */
  sayNothing() {
    if (this.spans.length) return false;
    if (!this.nothing) this.#keep([], true);
    return true;
  }

  undo() { return this.#swap(this.#past, this.#future); }
  redo() { return this.#swap(this.#future, this.#past); }

  #put(made, old) {
    const twin = this.spans.find((other) => other !== old && isTwin(other, made));
    if (twin) return { why: "same", other: twin };
    const other = this.inTheWay(made.start, made.end, old);
    if (other) return { why: "overlap", other };
    this.#keep([...this.spans.filter((part) => part !== old), made].sort(inOrder));
    return { span: made };
  }

  #keep(spans, nothing = false) {
    this.#past.push({ spans: this.spans, nothing: this.nothing });
    this.#future = [];
    this.spans = Object.freeze(spans);
    this.nothing = nothing;
  }

  #swap(from, to) {
    const kept = from.pop();
    if (!kept) return false;
    to.push({ spans: this.spans, nothing: this.nothing });
    this.spans = kept.spans;
    this.nothing = kept.nothing;
    return true;
  }
}

function isTwin(one, other) { return one.start === other.start && one.end === other.end && one.class === other.class; }

/** Which row below the text each span's line takes, so that lines of spans that overlap lie below each other:
    a Map of span → 0, 1, 2, … Spans come in order of their starts. */
export function levelsOf(spans) {
  const levels = new Map();
  const ends = []; // of the last span in each row
  for (const part of spans) {
    let row = ends.findIndex((end) => end <= part.start);
    if (row === -1) row = ends.length;
    ends[row] = part.end;
    levels.set(part, row);
  }
  return levels;
}

/** "2 spans: Person 1, Place 1", the most frequent class first; "No span". */
export function inWords(answer, nameOf) {
  const counts = new Map();
  for (const part of answer) counts.set(part.class, (counts.get(part.class) ?? 0) + 1);
  if (!counts.size) return "No span";
  const found = [...counts].sort((one, other) => other[1] - one[1]).map(([name, many]) => `${nameOf(name)} ${many}`);
  return `${answer.length} ${answer.length === 1 ? "span" : "spans"}: ${found.join(", ")}`;
}
