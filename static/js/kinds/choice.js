/* One of several classes: native radios, drawn by templates/kinds/choice.html. */

import { radios } from "./radios.js";

const ALWAYS = 10; // beyond that many classes the search field is always there

export function render(question, host, changed) {
  const group = radios(question, host, changed);
  const finder = host.querySelector("[data-find]");
  const rows = group.inputs.map((input) => {
    const row = input.closest("label");
    return { input, row, words: `${row.dataset.name} ${input.value} ${input.dataset.definition ?? ""}`.toLocaleLowerCase() };
  });
  const none = host.querySelector("[data-none]");

  const found = () => rows.filter(({ row }) => !row.hidden);
  const filter = (text) => {
    const wanted = text.trim().toLocaleLowerCase();
    for (const { row, words } of rows) row.hidden = !words.includes(wanted);
    none.hidden = found().length > 0;
  };
  const leave = () => {
    if (finder.value) {
      finder.value = "";
      filter("");
    }
    finder.closest("[data-finder]").hidden = rows.length <= ALWAYS;
  };

  finder.addEventListener("input", () => filter(finder.value));
  finder.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const first = found()[0];
    if (event.key === "Enter" && first) group.choose(first.input);
    else if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    if (event.key === "Enter" && !first) return;
    leave();
    group.done(event.key === "Enter");
  });

  return {
    ...group.kind,
    set(answer) { leave(); group.kind.set(answer); },
    find() {
      finder.closest("[data-finder]").hidden = false;
      finder.focus();
      return true;
    },
  };
}
