/* Three texts to get to know the keys on a first visit, under the project's real questions. Nothing of it is kept or sent:
   they belong to no project, so that nobody's examples are spent on it. Fetched only for those who practise. */

import { h } from "../lib/dom.js";
import { firstKeys } from "./first-keys.js";

const TEXTS = [
  "The museum opens at ten and closes at six.",
  "I waited an hour for the bus, and then two came at once.",
  "Thank you for the parcel. It arrived this morning.",
];
const MORE = [["X", "cannot be understood", "tag.unintelligible"], ["S", "skip", "skip"]];

export class Practice {
  #place = 0;
  #over = false;

  constructor({ page, between }) {
    Object.assign(this, { page, between });
    this.storage = `workbench-practised:${page.user.name}:${page.project.slug}`;
    try { this.#over = localStorage.getItem(this.storage) === "1"; } catch { /* once more, then */ }
  }

  get due() { return !this.#over; }

  /** The next text, or the end. `session` draws it like any example. */
  next(session) {
    if (this.#place < TEXTS.length) return session.show(this.#item(this.#place++, session), null);
    this.skip(session, false);
    session.flow.reading = true;
    this.between.show("That was practice", [h("p", {}, "Nothing of it was sent. From here on each label is kept; U takes the last one back.")], [{
      words: "Start labelling", act: () => { session.flow.reading = false; session.next(); },
    }]);
  }

  /** Straight to the examples. */
  skip(session, on = true) {
    this.#over = true;
    try { localStorage.setItem(this.storage, "1"); } catch { /* once more on the next visit, then */ }
    session.blank();
    if (on) session.next();
  }

  #item(place, session) {
    const skip = h("button", { type: "button", class: "button small" }, "Skip the practice ", h("kbd", {}, "Esc"));
    skip.addEventListener("click", () => this.skip(session));
    const name = `Practice ${place + 1} of ${TEXTS.length}`;
    return {
      practice: this, name, media: "ready", drawn: [],
      assignment: { id: `practice-${place + 1}`, example: { key: name, data: {} } },
      node: h("div", { class: "example-body" },
        h("div", { class: "practice" },
          h("p", {}, h("strong", {}, `${name}.`), " This text stands for an example. Nothing is sent."),
          firstKeys(this.page.questions, MORE), skip),
        h("p", { class: "shown-text" }, TEXTS[place])),
    };
  }
}
