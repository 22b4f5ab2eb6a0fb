/* A number with its unit: a text field that takes a comma or a point, drawn by templates/kinds/number.html. The arrows
   step by one, or by the last decimal that is written. */

import { readNumber, rangeWords, step } from "./numbers.js";

export function render(question, host, changed) {
  const field = host.querySelector("input");
  const line = host.querySelector("[data-wrong]");
  const read = () => readNumber(field.value);
  const write = (text) => { field.value = text; tell(); };

  /** null, or the sentence that the server would say. */
  const wrong = () => {
    const { value, why } = read();
    if (why) return why;
    const { low = -Infinity, high = Infinity } = question;
    return value === null || (value >= low && value <= high) ? null : `${value} is out of range: the answer is ${rangeWords(question)}.`;
  };
  const tell = (settled = true) => {
    const why = settled ? wrong() : null; // not in the middle of typing: 1 on the way to 12 is no mistake
    line.textContent = why ?? "";
    if (why) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
  };
  const enter = () => { field.focus({ preventScroll: true }); field.select(); };

  field.addEventListener("input", () => { tell(false); changed({ by: "typing" }); });
  field.addEventListener("change", () => tell());
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      if (!event.repeat) field.form.requestSubmit();
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      write(step(field.value, (event.key === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 10 : 1), question));
      changed({ by: "typing" });
    }
  });

  const set = (answer) => write(["number", "string"].includes(typeof answer) ? String(answer) : "");
  return {
    typed: true,
    get: () => read().value,
    draft: () => field.value || null,
    set,
    clear: () => set(null),
    keys(event, digit) {
      if (digit === null) return false;
      field.focus({ preventScroll: true });
      write(String(digit));
      tell(false);
      changed({ by: "typing" });
      return true;
    },
    missing: () => (question.required && !field.value.trim() ? "Write an answer" : null),
    wrong() { tell(); return wrong(); },
    words: (answer) => (question.unit ? `${answer} ${question.unit}` : String(answer)),
    focus: enter,
    enter,
    describe: (id) => field.setAttribute("aria-describedby", `${id} ${field.getAttribute("aria-describedby")}`),
  };
}
