/* One labeller at work: which example is on the screen, what was chosen for it, and what submitting does. Everything a
   key sets going happens here in one go: label to the outbox, next example on the screen; the network comes later. */

import { isTyping } from "../lib/dom.js";
import { measurePaint } from "./measure.js";
import { uuid } from "./words.js";

const touch = matchMedia("(hover: none)");

export class Session {
  current = null; // {item, revises: record or null, changed: false}

  constructor(parts) {
    Object.assign(this, parts); // page, store, drafts, outbox, sender, stock, painter, questions, tags, comment, confidence, previous, suggestion, practice, clock, recent, progress, voice, help, keymap, flow
    this.refusal = document.getElementById("refusal");
    this.form = document.getElementById("answers");
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(event); });
    this.stock.addEventListener("filled", () => this.current || this.flow.filled());
    this.painter.onmedia = (item) => item === this.current?.item && this.#refuse("");
    addEventListener("pagehide", () => this.#saveDraft());
    addEventListener("beforeunload", (event) => {
      if (!this.store.lasting && this.outbox.waiting.length) event.preventDefault();
    });
  }

  get assignment() { return this.current?.item.assignment ?? null; }

  /** The next example in this frame, or what is said where there is none. */
  next() {
    const item = this.flow.mayGoOn() ? this.stock.take() : null;
    if (!item) {
      this.blank();
      this.flow.stopped();
      return;
    }
    this.show(item, this.drafts.get(item.assignment.id));
    setTimeout(() => this.stock.refill());
  }

  /** Nothing to label on the screen. */
  blank() {
    this.current = null;
    this.painter.clear();
    this.#fill(null);
    this.suggestion?.offer(null);
  }

  show(item, answers, revises = null) {
    this.current = { item, revises, changed: false };
    const { id } = item.assignment;
    this.flow.hide();
    const number = this.progress.today + 1;
    this.painter.paint(item, revises ? `Example ${item.assignment.example.key}, labelled before` : item.name ?? `Example ${number}`);
    this.#fill(answers);
    this.questions.painted(item.node, item.assignment.example.data);
    document.body.classList.toggle("revising", Boolean(revises));
    this.recent.offer(id);
    this.previous.offer(id);
    this.suggestion?.offer(item.assignment, revises);
    this.clock.start(answers?.seconds ?? 0);
  }

  /** A choice, a tag or a word of comment was made. */
  changed({ by, question, event } = {}) {
    if (!this.current || by === "nothing") return this.focusExample();
    if (question) {
      this.previous.forget();
      this.suggestion?.forget();
    }
    this.#keep();
    if (by === "find") this.focusExample();
    if ((by === "key" || by === "pointer") && question && this.help.quick) this.submit(event);
  }

  /** The last label's answers into this one; again: what was there before. */
  copyPrevious() {
    const said = this.current && this.previous.toggle();
    if (!said) return false;
    this.#keep();
    this.voice.say(said);
    return true;
  }

  /** What a model suggests into this example's answers; again: what was there before. */
  takeSuggestion() {
    const said = this.current && this.suggestion?.toggle();
    if (!said) return false;
    this.#keep();
    this.voice.say(said);
    return true;
  }

  submit(event) {
    if (!this.current) return;
    const { item, revises } = this.current;
    const { value, words, why } = this.#answer(item);
    if (why) return this.#refuse(why);
    if (item.practice) return item.practice.next(this);
    const entry = this.#entry("label", item.assignment, words, {
      value, tags: this.tags.get(), comment: this.comment.get(), seconds: this.clock.seconds, ...this.confidence.fields,
      schema_version: item.assignment.schema_version ?? this.page.schema_version,
      guideline_version: this.flow.holds,
    });
    entry.revision = Boolean(revises);
    for (const parked of this.outbox.parked) if (parked.assignment === entry.assignment) this.outbox.drop(parked);
    this.recent.add({ assignment: item.assignment, ...entry.body, words, counted: null, entry: entry.client_id });
    if (!revises) this.progress.done();
    this.#leave(entry, event);
  }

  skip(reason, event) {
    if (!this.maySkip()) return;
    if (this.current.item.practice) return this.current.item.practice.next(this);
    const { assignment } = this.current.item;
    this.progress.skipped();
    this.#leave(this.#entry("skip", assignment, "skipped", { reason }), event);
  }

  maySkip() {
    if (this.current?.revises) this.#refuse("This one is labelled already. Change its label and submit, or press Esc to go on.");
    return Boolean(this.current) && !this.current.revises;
  }

  /** Takes a label back onto the screen, as it was; what was on the screen waits its turn. */
  revise(record) {
    if (this.current && !this.current.revises && !this.current.item.practice) {
      this.#saveDraft();
      this.stock.putBack(this.current.item);
    }
    if (!this.flow.mayRevise(() => this.revise(record))) return this.blank();
    this.show(this.painter.draw(record.assignment), this.drafts.get(record.assignment.id) ?? { ...record, seconds: 0 }, record);
    this.voice.say("Taken back. Submit it again, or press Escape to leave it as it was.");
  }

  /** Esc: out of a field; what was copied from the last label goes; practice is over; a label taken back stays as it was; otherwise the focus goes back to the example. */
  escape() {
    if (isTyping(document.activeElement)) return this.focusExample(); // what was typed stays
    if (this.previous.copied) return this.copyPrevious();
    if (this.current?.item.practice) return this.current.item.practice.skip(this);
    if (this.current?.revises) {
      this.drafts.delete(this.assignment.id);
      this.store.dropDraft(this.assignment.id);
      this.next();
    } else this.focusExample();
  }

  /** Another tab labels now: what was begun here is kept as a draft. */
  suspend() {
    this.#saveDraft();
    this.current = null;
    this.painter.clear();
    this.stock.empty({ forget: true });
  }

  focusExample() {
    if (this.comment.focused) this.comment.close();
    this.painter.article.focus({ preventScroll: true });
  }

  #fill(answers) {
    this.questions.set(answers?.value ?? {});
    this.tags.set(answers?.tags ?? []);
    this.comment.set(answers?.comment ?? "");
    this.confidence.set(answers?.confidence);
    this.#refuse("");
  }

  #leave(entry, event) {
    this.drafts.delete(entry.assignment);
    this.stock.seen(entry.assignment);
    const kept = this.outbox.add(entry);
    const lasting = this.store.lasting;
    if (lasting) {
      this.next();
      measurePaint(event?.timeStamp || performance.now(), { assignment: entry.assignment, shows: this.assignment?.id ?? null });
    } else this.#hold(entry);
    kept.then(() => this.sender.wake());
  }

  /** Nothing can be kept here, so the example stays until the server has the label. */
  #hold(entry) {
    this.current = null;
    this.#refuse("Waiting for the server, because this browser keeps nothing.");
    const done = () => {
      if (this.outbox.waiting.some((other) => other.client_id === entry.client_id)) return;
      this.outbox.removeEventListener("change", done);
      this.next();
    };
    this.outbox.addEventListener("change", done);
  }

  #entry(kind, assignment, words, body) {
    return {
      client_id: uuid(), kind, project: this.page.project.slug, assignment: assignment.id, example: { key: assignment.example.key },
      leased: assignment, body, words, at: new Date().toISOString(),
    };
  }

  /** {value, words}, or {why}: the sentence that says what is missing. */
  #answer(item) {
    const { missing, wrong } = this.questions;
    const excused = this.tags.excuses;
    if (!excused && item.media !== "ready") {
      return { why: item.media === "loading" ? `The ${item.medium} is not here yet. The label can be sent once you have ${item.medium === "sound" ? "heard" : "seen"} it.` : `The ${item.medium} did not load. Load it again, or skip the example.` };
    }
    if (wrong) {
      this.questions.activate(wrong.part);
      return { why: wrong.sentence };
    }
    const value = missing ? null : this.questions.value;
    if (!excused && !Object.keys(value ?? {}).length) {
      if (missing) this.questions.activate(missing.part);
      const key = touch.matches ? "" : this.keymap.shown("tag.unintelligible");
      const tag = key ? `press ${key}` : "tag it “Unintelligible”";
      return { why: `${missing?.sentence ?? "Answer at least one question"}, or ${tag} if it cannot be understood.` };
    }
    const said = value && this.questions.words(value);
    return { value, words: said || this.tags.get().map((key) => this.tags.nameOf(key)).join(", ") || "No answer" };
  }

  #refuse(sentence) {
    if (this.refusal.textContent === sentence) return;
    this.refusal.textContent = sentence;
    if (sentence) this.voice.say(sentence);
  }

  /** Something was answered: no sentence stands in the way any more, and it is kept. */
  #keep() {
    this.current.changed = true;
    this.#refuse("");
    this.#saveDraft();
  }

  #saveDraft() {
    if (!this.current?.changed || this.current.item.practice) return;
    const draft = {
      value: this.questions.draft, tags: this.tags.get(), comment: this.comment.get(), seconds: this.clock.seconds,
      ...this.confidence.fields, at: Date.now(),
    };
    this.drafts.set(this.assignment.id, draft);
    this.store.saveDraft(this.assignment.id, draft);
  }
}
