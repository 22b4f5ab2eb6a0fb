/* What a model suggests for the example on the screen: <div id="suggestion"><p><b>Suggested</b> <span data-words></span>
   <span data-by></span></p><button data-take></button></div>, and a mark beside the classes that it names. It is never
   chosen for anybody: Y, or the button, takes it over, and Y again brings back what was there. */

import { h } from "../lib/dom.js";

const LISTED = ["choice", "choices", "rating"]; // their answers stand on the screen and can be marked there

export class Suggestion {
  #shown = null; // {value, model, confidence?}
  #before = null;
  #marks = [];

  constructor({ questions, take }) {
    this.questions = questions;
    this.box = document.getElementById("suggestion");
    this.article = document.getElementById("example");
    this.button = this.box.querySelector("[data-take]");
    this.button.addEventListener("click", take);
  }

  /** What is suggested for this assignment; nothing while a label is revised, or where there is none. */
  offer(assignment, revises) {
    this.#shown = (!revises && assignment?.suggestion) || null;
    const { value, model, confidence } = this.#shown ?? {};
    this.box.toggleAttribute("data-empty", !value);
    this.box.querySelector("[data-words]").textContent = value ? this.questions.words(value) : "";
    const sure = typeof confidence === "number" ? `, ${Math.round(confidence * 100)} % sure` : "";
    this.box.querySelector("[data-by]").textContent = value ? `${model}${sure}` : "";
    this.article[value ? "setAttribute" : "removeAttribute"]("aria-describedby", "suggestion");
    for (const unmark of this.#marks) unmark();
    this.#marks = value ? this.questions.parts.flatMap((part) => this.#mark(part, value[part.question.key])) : [];
    this.forget();
  }

  /** An answer was given by hand: there is nothing to bring back. */
  forget() { this.#write(null); }

  /** Takes it over, or brings back what was there; returns the sentence that says so, or null. */
  toggle() {
    if (this.#before) {
      this.questions.set(this.#before);
      this.#write(null);
      return "Your answers are as they were.";
    }
    if (!this.#shown) return null;
    const before = this.questions.draft;
    this.questions.set({ ...before, ...this.#shown.value });
    this.#write(before);
    return "The suggestion is filled in. Submit it, or change it.";
  }

  #write(before) {
    this.#before = before;
    this.button.setAttribute("aria-pressed", String(before !== null));
  }

  /** Marks the classes that the answer names; a function each that takes the mark away. */
  #mark({ question, host }, answer) {
    if (answer === undefined || !LISTED.includes(question.kind)) return [];
    const named = new Set([answer].flat().map(String));
    return [...host.querySelectorAll("input[type=radio], input[type=checkbox]")].filter(({ value }) => named.has(value)).map((input, place) => {
      const id = `suggested-${question.key}-${place}`;
      const mark = h("span", { class: "suggested", id, "aria-hidden": "true" }, "suggested");
      const label = input.closest("label");
      label.append(mark);
      label.setAttribute("data-suggested", "");
      input.setAttribute("aria-describedby", id);
      return () => {
        mark.remove();
        label.removeAttribute("data-suggested");
        input.removeAttribute("aria-describedby");
      };
    });
  }
}
