/* <div data-controller="preview"><form data-builder-form>…</form><div data-preview tabindex="0"></div></div>
   Draws the labelling screen out of what stands in the form, at each change. It can be tried: digits choose, B X N tag. */
import { h } from "../lib/dom.js";
import { swatch } from "../lib/swatch.js";

const TAGS = [["B", "borderline"], ["X", "unintelligible"], ["N", "not enough information"]];
const SAMPLE = "This is where an example stands: the words of one row of your file.";

export class Preview {
  constructor(element) {
    this.form = element.querySelector("[data-builder-form]");
    this.screen = element.querySelector("[data-preview]");
    this.chosen = new Map();
    this.leave = new AbortController();
    const { signal } = this.leave;
    // Not for what is tried in the preview itself: redrawn at "input", a radio would be gone before its "change".
    element.addEventListener("input", (event) => this.screen.contains(event.target) || this.draw(), { signal });
    this.form.addEventListener("change", () => this.draw(), { signal });
    this.screen.addEventListener("change", (event) => this.choose(event.target), { signal });
    this.screen.addEventListener("keydown", (event) => this.key(event), { signal });
    this.draw();
  }

  value(id) { return this.form.elements[id]?.value?.trim() ?? ""; }

  rows(kind, inside = this.form) {
    return [...inside.querySelectorAll(`[data-rows="${kind}"] > [data-list] > [data-row]`)];
  }

  within(row, end) { return row.querySelector(`[name$="-${end}"]`)?.value.trim() ?? ""; }

  draw() {
    const questions = this.rows("question");
    this.screen.replaceChildren(
      h("p", { class: "bar muted" }, h("span", {}, `← ${this.value("name") || "Your project"}`), h("span", {}, "0 today"), h("span", { class: "state ok" }, "✓ Saved")),
      h("div", { class: "sample" }, this.rows("display").map((row) => this.sample(this.within(row, "field"), this.within(row, "as")))),
      ...questions.map((question, at) => this.question(question, at)),
      h("p", { class: "tags muted" }, TAGS.map(([key, name]) => h("span", {}, h("kbd", {}, key), ` ${name}`)), this.rows("tag").map((row) => this.within(row, "name")).filter(Boolean).map((name) => h("span", {}, name))),
      h("p", { class: "bar" }, h("span", { class: "muted" }, h("kbd", {}, "S"), " skip"), h("span", { class: "button primary" }, "Submit ⏎")),
    );
  }

  sample(field, as) {
    const other = { image: "picture", audio: "sound", table: "table", dialogue: "dialogue" }[as];
    if (other) return h("div", { class: "picture muted" }, `the ${other} in ${field || "its column"}`);
    return h("p", {}, h("span", { class: "note muted" }, field || "column"), h("br"), SAMPLE);
  }

  question(question, at) {
    const own = question.querySelector("[data-kind]").selectedOptions[0].dataset.own.split(" ");
    const prompt = this.within(question, "prompt") || "Your question";
    const answers = own.includes("classes") ? this.classes(question) : own.includes("step") ? this.steps(question) : [];
    const field = h("fieldset", { "data-question-no": at }, h("legend", {}, prompt));
    const help = this.within(question, "help");
    if (help) field.append(h("p", { class: "muted" }, help));
    const several = own.includes("min") && own.includes("classes");
    const marks = own.includes("of") && own.includes("classes");
    if (marks) field.append(h("p", { class: "muted" }, own.includes("overlap") ? "Marked in the text with one of these:" : "Drawn on the picture with one of these:"));
    const list = h("div", { class: own.includes("classes") ? "answers" : "answers scale" });
    answers.forEach((answer, place) => {
      const chosen = this.chosen.get(at) === place;
      list.append(h("label", { class: "answer" },
        h("input", { type: several ? "checkbox" : "radio", name: `preview-${at}`, value: place, checked: chosen, form: "none" }),
        place < 10 && !answer.step ? h("kbd", {}, String((place + 1) % 10)) : null, answer.mark, h("span", {}, answer.name)));
    });
    field.append(answers.length ? list : h("p", { class: "input muted" }, own.includes("unit") ? `a number${this.within(question, "unit") && ` in ${this.within(question, "unit")}`}` : "a field to write in"));
    const definition = answers[this.chosen.get(at)]?.definition;
    if (definition) field.append(h("p", { class: "muted" }, definition));
    return field;
  }

  classes(question) {
    return this.rows("class", question).map((row, at) => ({
      mark: swatch(at + 1), name: this.within(row, "name") || `Class ${at + 1}`, definition: this.within(row, "definition"),
    }));
  }

  steps(question) {
    const number = (end, otherwise) => { const text = this.within(question, end).replace(",", "."); return text === "" ? otherwise : Number(text); };
    const [low, high, step] = [number("low", 1), number("high", 5), number("step", 1)];
    const count = Math.floor((high - low) / step + 1e-9) + 1;
    if (![low, high, step].every(Number.isFinite) || step <= 0 || !(count >= 2)) return [];
    const names = new Map(this.within(question, "names").split("\n").map((line) => line.trim().match(/^([^\s=:]+)\s*[=:]?\s*(.*)$/)).filter(Boolean).map(([, value, name]) => [Number(value.replace("−", "-")), name]));
    return Array.from({ length: Math.min(count, 101) }, (_, at) => {
      const value = Number((low + at * step).toFixed(6));
      return { step: true, name: [String(value).replace("-", "−"), names.get(value)].filter(Boolean).join(" ") };
    });
  }

  choose(input) {
    if (!input.name?.startsWith("preview-")) return;
    const question = Number(input.closest("fieldset").dataset.questionNo);
    this.chosen.set(question, Number(input.value));
    this.draw();
    this.screen.querySelector(`[name="preview-${question}"][value="${input.value}"]`)?.focus();
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || !/^Digit\d$/.test(event.code)) return;
    const inputs = [...(this.screen.querySelector("fieldset")?.querySelectorAll("input") ?? [])];
    const input = inputs[(Number(event.code.at(-1)) + 9) % 10];
    if (!input) return;
    input.checked = true;
    this.choose(input);
  }

  disconnect() { this.leave.abort(); }
}
