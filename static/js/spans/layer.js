/* The spans of one question on the text of its field: what is marked, which span is chosen, and every way to change that.
   Several questions about one field are layers on the same surface. */

import { pointsOf } from "./points.js";
import { Marks } from "./marks.js";
import { surfaceOn } from "./surface.js";
import { brief } from "../label/words.js";

const quote = (text) => `“${brief(text.replace(/\s+/gu, " "), 40)}”`;
let layers = 0;

export class Layer {
  surface = null;
  chosen = null; // the span that arrows and digits are for
  preview = null; // {span, start, end} while an end is dragged
  #given = null; // the answer that came before its text
  #answer = null; // of #answered
  #answered = null;
  #points = null;

  /** `tellers`: {lookOf, nameOf, edited(), chose(), woken(), say(words: for those who do not see), tell(words: a refusal)}. */
  constructor(question, host, tellers) {
    Object.assign(this, { question, host, id: layers++, overlap: Boolean(question.overlap), ...tellers });
    this.marks = new Marks(question);
    // Which question is active, and which is asked at all, stands in the HTML.
    new MutationObserver(() => this.surface?.overlay.schedule()).observe(host, { attributes: true, attributeFilter: ["hidden", "data-active"] });
  }

  get spans() { return this.marks.spans; }
  get shown() { return !this.host.hidden; }

  /** Whether this question is the one that is worked on: the active one, or the only one on the screen. */
  get strong() {
    return this.shown && (this.host.hasAttribute("data-active") || !this.host.parentElement.querySelector(":scope > [data-active]"));
  }

  /** The answer in code points, or null. */
  get answer() {
    if (!this.#points) return this.#given;
    const { marks } = this;
    if (this.#answered !== marks.spans || !marks.spans.length) {
      this.#answered = marks.spans;
      const { toPoint } = this.#points;
      this.#answer = marks.answered ? marks.spans.map(({ start, end, class: name }) => ({ start: toPoint(start), end: toPoint(end), class: name })) : null;
    }
    return this.#answer;
  }

  /** Another example's answer; its text follows with paint(). */
  set(answer) {
    this.surface?.leave(this);
    this.surface = this.#points = null;
    this.#given = answer;
    this.chosen = this.preview = null;
    this.marks.reset(null);
  }

  /** The surface of this question's field; made ahead of its time, so that a long text costs nothing when its turn comes. */
  surfaceIn(node, data) {
    const field = this.question.of;
    const host = (node.querySelector(`[data-field="${CSS.escape(field)}"]`) ?? node).querySelector(".shown-text");
    if (!host) return null;
    const surface = surfaceOn(host, typeof data[field] === "string" ? data[field] : host.textContent);
    surface.expect(this);
    return surface;
  }

  /** The example is on the screen. */
  paint(node, data) {
    const surface = this.surfaceIn(node, data);
    if (!surface) return;
    this.#points = pointsOf(surface.text);
    const { toUnit } = this.#points;
    this.marks.reset(this.#given?.map((span) => ({ start: toUnit(span.start), end: toUnit(span.end), class: span.class })) ?? null);
    this.surface = surface;
    surface.join(this);
  }

  textOf({ start, end }) { return this.surface.text.slice(start, end); }

  /** Puts the keys on the text. */
  focus() { this.surface?.host.closest("[tabindex]")?.focus({ preventScroll: true }); }

  /** Makes this question the active one. */
  wake() {
    if (!this.strong) this.woken();
    this.focus();
  }

  choose(span, { reveal = false } = {}) {
    if (this.chosen === span) return;
    this.chosen = span;
    const { surface } = this;
    if (span) {
      surface.select(span.end, span.end);
      this.say(`${this.nameOf(span.class)}: ${this.textOf(span)}`);
    }
    surface.overlay.schedule(span && reveal ? span.start : null);
    this.chose();
  }

  /** What a class would be given to now: {range} selected, {chosen}, or null. */
  held() {
    if (!this.surface) return null;
    return this.chosen ? { chosen: this.chosen } : this.surface.range ? { range: this.surface.range } : null;
  }

  /** Gives this class to the chosen span, to what is selected, or to the word at the cursor. */
  label(name, held = null) {
    const { surface, marks } = this;
    if (!surface) return;
    const { chosen, range } = held ?? this.held() ?? { range: surface.steps.word(surface.head) };
    if (!chosen && !range) return this.tell("Select some text first, or put the cursor on a word.");
    const done = chosen ? marks.change(chosen, { name }) : marks.add(range.start, range.end, name);
    if (!done.span) return this.#refuse(done);
    if (chosen) this.chosen = done.span;
    else surface.select(range.end, range.end);
    this.#changed(`${this.nameOf(name)}: ${this.textOf(done.span)}`);
  }

  remove(span) {
    if (!span) return false;
    this.marks.remove(span);
    if (this.chosen === span) this.chosen = null;
    this.#changed(`Removed ${this.nameOf(span.class)}: ${this.textOf(span)}`);
    return true;
  }

  sayNothing() {
    if (!this.marks.sayNothing()) return false;
    this.say("Nothing to mark");
    return true;
  }

  undo() { return this.#back(this.marks.undo(), "Undone"); }
  redo() { return this.#back(this.marks.redo(), "Done again"); }

  /** To the next span behind the cursor, or the one before it; false where there is none. */
  step(by) {
    const { spans } = this;
    let place = spans.indexOf(this.chosen) + by;
    if (!this.chosen) {
      const { head } = this.surface;
      place = by > 0 ? spans.findIndex(({ start }) => start >= head) : spans.findLastIndex(({ end }) => end <= head);
    }
    const next = spans[place];
    this.choose(next ?? null, { reveal: true });
    return Boolean(next);
  }

  /** Moves an end of the chosen span by word or by letter. */
  nudge(side, by, letters) {
    const { surface, chosen } = this;
    const moved = surface.steps.nudge(chosen, side, by, letters);
    if (!moved) return true;
    const done = this.marks.change(chosen, moved);
    if (!done.span) { this.#refuse(done); return true; }
    this.chosen = done.span;
    surface.overlay.schedule(moved[side]);
    this.#changed(this.textOf(done.span));
    return true;
  }

  /** An end of the span is dragged to `offset`: as far as it may go. Shown, and kept by dragged(). */
  drag(span, side, offset) {
    const { steps, overlay } = this.surface;
    const moved = side === "start" ? steps.trim(Math.min(offset, span.end - 1), span.end) : steps.trim(span.start, Math.max(offset, span.start + 1));
    if (!moved || this.marks.inTheWay(moved.start, moved.end, span)) return;
    this.preview = { span, ...moved };
    overlay.schedule();
  }

  dragged(keep) {
    const { preview } = this;
    this.preview = null;
    if (!preview) return;
    const done = keep ? this.marks.change(preview.span, preview) : {};
    if (done.why) this.#refuse(done);
    if (done.span && done.span !== preview.span) {
      this.chosen = done.span;
      this.#changed(this.textOf(done.span));
    } else this.surface.overlay.schedule();
  }

  /** The word or the selection at the cursor, and the spans around it, for those who do not see them. */
  sayWhere() {
    const { surface } = this;
    const part = surface.range ?? surface.steps.word(surface.head);
    if (!part) return;
    const around = this.spans.filter(({ start, end }) => start < part.end && part.start < end).map((span) => this.nameOf(span.class));
    this.say(`${brief(this.textOf(part), 80)}${around.length ? ` (${around.join(", ")})` : ""}`);
  }

  #back(done, word) {
    if (!done) return false;
    if (!this.spans.includes(this.chosen)) this.chosen = null;
    this.#changed(word);
    return true;
  }

  #changed(words) {
    this.say(words);
    this.tell("");
    this.surface.overlay.schedule();
    this.edited();
  }

  #refuse({ why, other }) {
    const name = this.nameOf(other.class);
    this.tell(why === "same" ? `${quote(this.textOf(other))} is marked as ${name} already.`
      : `This overlaps ${quote(this.textOf(other))} (${name}), and spans may not overlap here. Nothing was changed.`);
  }
}
