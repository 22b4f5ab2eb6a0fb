/* What happens when the next example is not there, or not yet due: guidelines first, changed guidelines, changed
   questions, the end, no connection, another tab. */

import { h } from "../lib/dom.js";
import { firstKeys } from "./first-keys.js";
import { count } from "./words.js";

const PATIENCE = 400; // no word about waiting before that
const LONG = 4000; // then it is called what it is
const RETRY = 3000;

const MORE = [["U", "take back", "undo"], ["G", "guidelines", "guidelines"]];

export class Flow {
  #timer = null;
  #read = 0;

  constructor({ page, between, stock, outbox, sender, api, drawer, progress }) {
    Object.assign(this, { page, between, stock, outbox, sender, api, drawer, progress });
    this.storage = `workbench-guidelines:${page.user.name}:${page.project.slug}`;
    this.#read = Math.max(page.guidelines.seen, this.#stored(page.guidelines.version));
    this.guidelines = page.guidelines; // {version, html, reason, changes}
    this.elsewhere = false;
    stock.addEventListener("filled", ({ detail }) => this.#learn(detail.answer));
    stock.addEventListener("failed", ({ detail }) => this.#failed(detail.error));
    addEventListener("online", () => this.session.current || this.elsewhere || this.#ask());
  }

  /** Whether an example may come now. */
  mayGoOn() {
    if (this.elsewhere || this.between.shown && this.reading) return false;
    if (this.guidelines.text && this.#read < this.guidelines.version) return false;
    return !this.session.practice?.due && !this.session.qualify?.due && !this.#newQuestions();
  }

  /** Whether a label may be taken back now. Newer guidelines are read before that too; `then` is called afterwards. */
  mayRevise(then) {
    if (this.elsewhere) return false;
    if (!this.guidelines.text || this.#read >= this.guidelines.version) return true;
    this.#guidelines(then);
    return false;
  }

  /** No example came: say why. */
  stopped() {
    if (this.elsewhere) return this.#otherTab();
    if (this.guidelines.text && this.#read < this.guidelines.version) return this.#guidelines();
    if (this.session.practice?.due) return this.session.practice.next(this.session);
    if (this.session.qualify?.due) return this.session.qualify.show();
    if (this.#newQuestions()) return this.#questions();
    return this.#ask();
  }

  hide() {
    clearTimeout(this.#timer);
    this.reading = false;
    if (this.between.shown) this.between.hide();
  }

  /** A refill arrived while nothing was on the screen. */
  filled() {
    if (this.elsewhere || this.reading) return;
    if (this.session.qualify?.waits()) return;
    if (this.stock.length || this.session.qualify?.due) this.session.next();
    else this.#end();
  }

  taken() { this.elsewhere = true; this.session.suspend(); this.stopped(); }

  ask() { return this.#ask(); }

  #ask() {
    clearTimeout(this.#timer);
    if (!this.between.shown) {
      this.#timer = setTimeout(() => {
        this.between.show("Getting the next examples", [h("p", {}, "The server is looking for examples that you have not labelled.")]);
        this.#timer = setTimeout(() => this.#offline(), LONG - PATIENCE);
      }, PATIENCE);
    }
    this.stock.refill({ now: true });
  }

  #learn(answer) {
    if (answer.guideline_version > this.guidelines.version) this.api.guidelines(this.#read).then((newer) => this.#adopt(newer)).catch(() => {});
    if (answer.user && answer.user !== this.page.user.name) this.sender.report({ kind: "other-user", user: answer.user });
  }

  /** Newer guidelines: in the drawer at once, and between this example and the next. */
  #adopt(newer) {
    this.guidelines = newer;
    this.drawer.write(newer.html);
  }

  #newQuestions() {
    const next = this.stock.next?.assignment.schema_version;
    return next !== undefined && next !== this.page.schema_version;
  }

  #failed(error) {
    if (error.status === 401) this.sender.report({ kind: "login" });
    if (error.status === 409) this.api.who().then((user) => user && this.sender.report({ kind: "other-user", user })).catch(() => {});
    if (this.session.current || this.elsewhere || this.reading) return;
    clearTimeout(this.#timer);
    if (error.status) return this.between.show("No more examples", [h("p", {}, `${error.message} ${this.#safe()}`)], [this.#again()]);
    this.#offline();
    this.#timer = setTimeout(() => this.#ask(), RETRY);
  }

  #offline() {
    this.between.show("No connection", [h("p", {}, `No more examples on this computer until the connection is back. ${this.#safe()}`)], [this.#again()]);
  }

  #safe() {
    const { length } = this.outbox.waiting;
    return length ? `Your ${count(length, "label")} ${length === 1 ? "is" : "are"} safe here.` : "Every label of yours is saved.";
  }

  #again() { return { words: "Look again", act: () => this.#ask() }; }

  #end() {
    clearTimeout(this.#timer);
    const { waiting } = this.stock;
    const others = waiting ? `${count(waiting, "example waits", "examples wait")} for other people.` : "";
    this.progress.sync({ left: 0, left_is_at_least: false });
    this.between.show("Nothing left for you now", [h("p", {}, others || "All examples have the labels they need, or are with other people.")], [
      { words: "Look again", act: () => { this.stock.empty({ forget: true }); this.#ask(); } },
      { words: "Your last 50", act: () => this.session.recent.open() },
    ]);
  }

  #guidelines(then = () => this.session.next()) {
    const first = this.#read === 0;
    const { html, reason, changes, version } = this.guidelines;
    this.reading = true;
    const prose = h("div", { class: "prose" });
    prose.innerHTML = html; // cleaned by the server
    const news = first ? [h("p", { class: "lead" }, "These are the guidelines of this project. They stay at hand below each example.")] : [
      h("p", { class: "lead" }, reason ? `What changed: ${reason}` : "The guidelines were changed. From the next example on, these hold."),
      ...(changes?.length ? [h("ul", { class: "diff" }, changes.map(({ kind, text }) => h("li", { class: kind }, h("span", { "aria-label": kind === "added" ? "Added" : "Removed" }, kind === "added" ? "+" : "−"), h("span", {}, text))))] : []),
    ];
    const body = first ? [...news, prose, firstKeys(this.page.questions, MORE)] : [...news, h("details", { class: "more" }, h("summary", {}, "The whole guidelines"), prose)];
    this.between.show(first ? "Before you start" : `The guidelines changed: version ${version}`, body, [{
      words: first ? "Start labelling" : "Go on", act: () => { this.#confirm(version); this.reading = false; then(); },
    }]);
  }

  #confirm(version) {
    this.#read = version;
    try { localStorage.setItem(this.storage, version); } catch { /* asked again next time, then */ }
  }

  /** The version that this labeller knows: what labels are made under. */
  get holds() { return this.guidelines.text ? this.#read : this.guidelines.version; }

  #stored(newest) {
    try {
      const version = Number(localStorage.getItem(this.storage)) || 0;
      return version > newest ? 0 : version; // of another installation at this address
    } catch { return 0; }
  }

  #questions() {
    this.reading = true;
    this.between.show("The questions changed", [h("p", {}, "A lead changed the questions of this project. Your labels so far are kept; the next examples come with the new questions.")], [
      { words: "Show the new questions", act: () => location.reload() },
    ]);
  }

  #otherTab() {
    clearTimeout(this.#timer);
    this.reading = true;
    this.between.show("You are labelling in another tab", [h("p", {}, "So that no example comes twice, one tab labels at a time. Nothing is lost.")], [
      { words: "Label here instead", act: () => this.onlyTab.take() },
    ]);
  }
}
