/* What hangs on other rows of the form of a new project: the column that a question is about, and the earlier question after
   whose answers it is asked. Choices follow what is typed; what was chosen stays chosen while it is there.
   <select data-about>, <details data-after><select data-after-question><fieldset data-after-answers="NAME"><div data-list> */
import { h } from "../lib/dom.js";

const said = (row, end) => row.querySelector(`[name$="-${end}"]`)?.value.trim() ?? "";
const rowsOf = (inside, kind) => [...inside.querySelectorAll(`[data-rows="${kind}"] > [data-list] > [data-row]`)];
const kindOf = (question) => question.querySelector("[data-kind]").selectedOptions[0];

export function follow(form) {
  const columns = rowsOf(form, "display").map((row) => ({ name: said(row, "field"), as: row.querySelector("select").value, words: row.querySelector("select").selectedOptions[0].textContent }));
  const questions = rowsOf(form, "question");
  questions.forEach((question, at) => {
    about(question, columns.filter((column) => column.name));
    after(question, questions.slice(0, at));
  });
}

/* The columns that fit the kind; where one is needed the first that fits is chosen. */
function about(question, columns) {
  const kind = kindOf(question);
  const ways = (kind.dataset.of ?? "").split(" ").filter(Boolean);
  const needed = "ofNeeded" in kind.dataset;
  const fitting = columns.filter((column) => ways.includes(column.as));
  const options = fitting.map((column) => [column.name, `${column.name} (${column.words.toLowerCase()})`]);
  if (!needed || !options.length) options.unshift(["", ways.length && needed ? `no column is shown as ${ways.join(" or ")} yet` : "none"]);
  refill(question.querySelector("[data-about]"), options);
}

function after(question, before) {
  const part = question.querySelector("[data-after]");
  const select = part.querySelector("[data-after-question]");
  const asked = before.filter((other) => said(other, "prompt") && answers(other).length);
  const chosen = select.chosen?.isConnected ? select.chosen : asked.find((other) => said(other, "prompt") === select.value);
  refill(select, [["", "always ask"], ...asked.map((other) => [said(other, "prompt"), said(other, "prompt")])]);
  const at = asked.indexOf(chosen);
  select.selectedIndex = at + 1;
  select.chosen = at < 0 ? null : chosen;
  part.hidden = !asked.length;
  const list = part.querySelector("[data-after-answers]");
  list.hidden = at < 0;
  const names = at < 0 ? [] : answers(chosen);
  const boxes = [...list.querySelectorAll("input")];
  if (boxes.map((box) => box.value).join("\n") === names.join("\n")) return;
  const checked = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  list.querySelector("[data-list]").replaceChildren(...names.map((name, place) => h("label", { class: "check" },
    h("input", { type: "checkbox", name: `${list.dataset.afterAnswers}-${place}`, value: name, checked: checked.has(name) }), h("span", {}, name))));
}

/* Somebody chose another question: remember which row it is, so that its words may change. */
export function choose(form, select) {
  const questions = rowsOf(form, "question");
  const own = questions.indexOf(select.closest("[data-question]"));
  select.chosen = questions.slice(0, own).find((other) => select.value && said(other, "prompt") === select.value) ?? null;
}

function answers(question) {
  const own = kindOf(question).dataset.own.split(" ");
  if (own.includes("classes")) return rowsOf(question, "class").map((row) => said(row, "name")).filter(Boolean);
  if (!own.includes("step")) return [];
  const number = (end, otherwise) => { const text = said(question, end).replace(",", ".").replace("−", "-"); return text === "" ? otherwise : Number(text); };
  const [low, high, step] = [number("low", NaN), number("high", NaN), number("step", 1)];
  const count = Math.floor((high - low) / step + 1e-9) + 1;
  return step > 0 && count >= 2 && count <= 101 ? Array.from({ length: count }, (_, at) => String(Number((low + at * step).toFixed(6)))) : [];
}

function refill(select, options) {
  const now = [...select.options].map((option) => option.value + option.textContent).join("\n");
  if (now === options.map(([value, words]) => value + words).join("\n")) return;
  const { value } = select;
  select.replaceChildren(...options.map(([name, words]) => h("option", { value: name, selected: name === value }, words)));
}
