/* The first examples of a labeller, where a project asks for some to get used to the guidelines: said before, counted
   down by the header like any others, and gone through together at the end. Fetched only for those who qualify. */

import { h } from "../lib/dom.js";
import { brief, count } from "./words.js";

const percent = (share) => `${Math.round(share * 100)} %`;

export class Qualify {
  #begun = false; // the introduction was read
  #told = false; // the outcome was
  #ask = null;

  constructor({ page, between, stock, outbox, api }) {
    Object.assign(this, { page, between, stock, outbox, api });
    this.state = page.qualification; // {state: "open"|"failed"|"passed", examples, required, done, tries, score}, or null
    this.#begun = this.state.done > 0 || this.#onTheirWay;
    stock.addEventListener("filled", ({ detail }) => this.#learn(detail.answer.qualification ?? null));
    outbox.addEventListener("change", () => this.#ask && !this.#onTheirWay && this.#again());
  }

  /** Whether something is to be said before the next example. */
  get due() {
    if (!this.state) return false;
    return this.state.state === "open" ? !this.#begun && this.stock.length > 0 : !this.#told;
  }

  /** Nothing came because the last answers are not judged yet: as soon as the server has them, ask again. */
  waits() {
    if (this.state?.state !== "open" || this.stock.length || !this.#onTheirWay) return false;
    this.#ask = () => this.session.flow.ask();
    return true;
  }

  show() {
    this.session.flow.hide(); // with it what would be said about waiting
    this.session.flow.reading = true;
    if (this.state.state === "open") return this.#introduction();
    this.between.show("Your first examples", [h("p", {}, "Comparing your answers with the reference.")]);
    return this.api.qualification().then(({ results }) => this.#outcome(results)).catch(() => this.#outcome(null));
  }

  get #onTheirWay() { return this.outbox.waiting.some((entry) => entry.kind === "label" && entry.project === this.page.project.slug); }

  #again() {
    const ask = this.#ask;
    this.#ask = null;
    ask();
  }

  #learn(state) {
    if (state?.state !== this.state?.state) this.#told = false;
    if (state?.state === "open" && this.state?.state !== "open") this.#begun = false;
    this.state = state;
  }

  #introduction() {
    const { examples, required } = this.state;
    this.between.show(`First ${count(examples, "example")} to get used to the guidelines`, [
      h("p", { class: "lead" }, `${percent(required)} must be right. You label them like any others; afterwards you see which of your answers differ from the reference, and why.`),
      h("p", {}, "They are for practice: nobody else's work depends on them."),
    ], [{ words: "Start", act: () => { this.#begun = true; this.#goOn(); } }]);
  }

  #outcome(results) {
    const { state, required, score, examples } = this.state;
    const asked = results?.length || examples;
    const right = results ? results.filter((one) => one.right).length : Math.round(score * asked);
    const differ = (results ?? []).filter((one) => !one.right);
    const lead = h("p", { class: "lead" }, `${right} of ${asked} ${right === 1 ? "is" : "are"} right (${percent(right / asked)}; ${percent(required)} are needed).`);
    const list = differ.length ? [h("h3", {}, "Where the reference says something else"), h("ol", { class: "told-list" }, differ.map((one) => this.#row(one)))] : [];
    if (state === "passed") {
      this.between.show("Well begun", [lead, ...list], [{ words: "Start labelling", act: () => { this.#told = true; this.#goOn(); } }]);
    } else {
      this.between.show("Not enough yet", [lead, h("p", {}, "Ask your lead: they can let you try again with other examples. Nothing you did is lost."), ...list], [
        { words: "Look again", act: () => { this.session.flow.reading = false; this.session.flow.ask(); } },
      ]);
    }
  }

  #row({ example, given, reference, reason }) {
    const text = this.page.display.filter((part) => part.as === "text" || part.as === "markdown").map((part) => example.data[part.field]).find((value) => typeof value === "string");
    return h("li", {},
      h("p", {}, h("strong", {}, brief(example.key, 40)), text ? h("span", { dir: "auto" }, ` ${brief(text, 300)}`) : null),
      h("p", {}, `You said “${brief(given, 200)}”, the reference says “${brief(reference, 200)}”.`),
      reason ? h("p", { class: "muted" }, reason) : null);
  }

  #goOn() {
    this.session.flow.reading = false;
    this.session.next();
  }
}
