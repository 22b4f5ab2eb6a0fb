/* What the reference says about an example that was answered, where the lead wants that said: one quiet line under the
   header. It comes and goes together with an example, so that nothing moves while somebody reads or chooses. Fetched with the
   first of them. */

import { h } from "../lib/dom.js";
import { brief } from "./words.js";

export class Feedback {
  #waiting = [];

  constructor(voice) {
    this.voice = voice;
    this.line = h("section", { class: "told", "aria-label": "About an earlier label", hidden: true });
    document.getElementById("needs").after(this.line);
    this.article = document.getElementById("example");
    new MutationObserver(() => this.#turn()).observe(this.article, { childList: true });
  }

  /** `entry` of the outbox, and {right, reference, reason} of its receipt. */
  add(entry, { right, reference, reason }) {
    const name = `Example ${brief(entry.example.key, 40)}`;
    const why = reason ? ` “${brief(reason, 300)}”` : "";
    this.#waiting.push(right ? `${name}: right, the reference says “${brief(reference, 100)}” too.${why}` : `${name}: you said “${brief(entry.words, 100)}”, the reference says “${brief(reference, 100)}”.${why}`);
    if (!this.article.hasChildNodes()) this.#turn();
  }

  #turn() {
    const words = this.#waiting.shift() ?? "";
    this.line.hidden = !words;
    this.line.replaceChildren(words ? h("p", { dir: "auto" }, words) : "");
    if (words) this.voice.say(words);
  }
}
