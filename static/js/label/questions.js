/* All questions of the project on one example: which are asked (show_if), which one the digits go to, what is missing.
   <fieldset data-question="sentiment" data-kind="choice">…</fieldset>, one a question, drawn by templates/kinds/. */

import { kindOf } from "./registry.js";

const touch = matchMedia("(hover: none)");
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Whether an answer is, or holds, what a show_if waits for: a class among those chosen, of a span, of a box. */
const meets = (answer, wanted) => (Array.isArray(answer)
  ? answer.some((part) => (part?.class ?? part) === wanted) : answer !== undefined && answer !== null && same(answer, wanted));

export class Questions {
  #active = 0;

  /** `changed({by, question, event})` after each choice made by the labeller. */
  static async make(questions, root, changed) {
    const kinds = await Promise.all(questions.map((question) => kindOf(question.kind)));
    return new Questions(questions, kinds, root, changed);
  }

  constructor(questions, kinds, root, changed) {
    this.parts = questions.map((question, place) => {
      const host = root.querySelector(`[data-question="${CSS.escape(question.key)}"]`);
      const part = { question, host, place };
      part.kind = kinds[place](question, host, (how) => {
        this.#show();
        if (how.by === "key" || how.by === "find") this.#advance(place); else this.#activate(place);
        changed({ ...how, question });
      });
      host.addEventListener("focusin", () => this.#activate(place));
      return part;
    });
    if (questions.length === 1) this.parts[0].kind.describe?.("example"); // where the focus waits in the field, the example is read with it
    this.#show();
  }

  get shown() { return this.parts.filter(({ host }) => !host.hidden); }
  get active() { return this.parts[this.#active]; }

  /** Answers to what is asked, by question key. */
  get value() {
    const answers = this.shown.map(({ question, kind }) => [question.key, kind.get()]);
    return Object.fromEntries(answers.filter(([, answer]) => answer !== null));
  }

  /** The same for a draft, with what is half typed. */
  get draft() {
    const drafts = this.shown.map(({ question, kind }) => [question.key, kind.draft ? kind.draft() : kind.get()]);
    return Object.fromEntries(drafts.filter(([, answer]) => answer !== null));
  }

  set(value) {
    for (const { question, kind } of this.parts) kind.set(value?.[question.key] ?? null);
    this.#show();
    this.#activate((this.#unanswered() ?? this.parts[0]).place);
  }

  /** The first question that wants an answer: {question, sentence, part}, or null. */
  get missing() {
    const several = this.shown.length > 1;
    for (const part of this.shown) {
      const asked = several ? `“${part.question.prompt}”` : "";
      const sentence = part.kind.missing(asked); // long sentences put the question where it belongs
      if (sentence) return { part, sentence: sentence.includes(asked) ? sentence : `${sentence} to ${asked}` };
    }
    return null;
  }

  /** The first answer that cannot be taken, whatever tags say: {sentence, part}, or null. */
  get wrong() {
    for (const part of this.shown) {
      const sentence = part.kind.wrong?.();
      if (sentence) return { part, sentence: this.shown.length > 1 ? `“${part.question.prompt}”: ${sentence}` : sentence };
    }
    return null;
  }

  /** Something that only some kinds do, on the active question: "all" chooses all classes. False where it does not. */
  act(name, event) {
    const act = this.active.kind.acts?.[name];
    act?.(event);
    return Boolean(act);
  }

  /** Into the active question that is typed, or the first without an answer, or the last one; false where none is typed. */
  enter() {
    const typed = this.shown.filter(({ kind }) => kind.enter);
    const part = typed.find((one) => one === this.active) ?? typed.find(({ kind }) => kind.get() === null) ?? typed.at(-1);
    if (!part) return false;
    this.#activate(part.place);
    part.kind.enter();
    return true;
  }

  key(event, digit) { return this.active.kind.keys(event, digit); }

  /** A key pressed on the example, before it means anything else: kinds that draw there may have `handles(name, event)`. */
  handles(name, event) { return this.active.kind.handles?.(name, event) ?? false; }

  /** Opens the search of the active question; false where it has none. */
  find() { return this.active.kind.find?.() ?? false; }

  /** Next or previous question; false when there is but one. */
  move(by) {
    const shown = this.shown;
    if (shown.length < 2) return false;
    const here = shown.indexOf(this.active);
    this.#activate(shown[(here + by + shown.length) % shown.length].place);
    this.active.host.scrollIntoView({ block: "nearest" });
    return true;
  }

  /** This one wants an answer: the next key is for it. */
  activate(part) {
    this.#activate(part.place);
    part.kind.enter?.();
  }

  /** The answers in words, for the undo line. */
  words(value, parts = this.parts) {
    return parts.filter(({ question }) => value?.[question.key] !== undefined)
      .map(({ question, kind }) => kind.words(value[question.key])).join(", ");
  }

  /** An example was drawn, and will be on the screen at some time: kinds may have `drawn(node, data)`. */
  drawn(node, data) { for (const { kind } of this.parts) kind.drawn?.(node, data); }

  /** Tells kinds that draw on the example (spans, boxes) what is on the screen now. */
  painted(article, data) {
    for (const { kind } of this.parts) kind.painted?.(article, data);
    // Where typing is all there is to do the caret waits in the field; on glass that would raise a keyboard over the example.
    if (this.parts.length === 1 && !touch.matches) this.parts[0].kind.enter?.();
  }

  #unanswered() { return this.shown.find(({ kind }) => kind.get() === null); }

  #advance(place) {
    const shown = this.shown;
    const next = shown.find((part) => part.place > place && part.kind.get() === null) ?? this.#unanswered();
    this.#activate(next ? next.place : place);
  }

  #activate(place) {
    this.#active = place;
    const several = this.shown.length > 1;
    for (const part of this.parts) part.host.toggleAttribute("data-active", several && part.place === place);
  }

  #show() {
    const answers = {};
    for (const { question, kind, host } of this.parts) {
      const rule = question.show_if;
      host.hidden = Boolean(rule) && !rule.is.some((wanted) => meets(answers[rule.question], wanted));
      if (!host.hidden) answers[question.key] = kind.get();
    }
    if (this.active?.host.hidden) this.#activate((this.#unanswered() ?? this.parts[0]).place);
  }
}
