/* The few keys that these questions need, in large type, for a first visit. */

import { h } from "../lib/dom.js";

const BY_DIGIT = ["choice", "choices", "rating", "number"];

/** `more`: [[key, what it does, its action], …] besides answering and submitting. */
export function firstKeys(questions, more) {
  const kinds = questions.map(({ kind }) => kind);
  const typed = kinds.includes("text");
  const keys = [
    ...(kinds.some((kind) => BY_DIGIT.includes(kind)) ? [["1", "answer", "answer.1"]] : []),
    ...(typed ? [["T", "write", "type"], ["Ctrl+⏎", "submit", "submit.typing"]] : [["⏎", "submit", "submit"]]),
    ...more, ["?", "all keys", "help"],
  ];
  return h("p", { class: "first-keys keyboard-only" }, keys.map(([key, does, action]) => h("span", {}, h("kbd", { "data-key-for": action }, key), ` ${does}`)));
}
