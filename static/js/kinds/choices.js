/* Any number of several classes: native checkboxes, drawn by templates/kinds/choices.html. An answer is the list of the
   chosen keys; [] only where "None of them" was chosen, so that nothing is ever answered by leaving it out. */

import { makeFinder } from "./finder.js";

export function render(question, host, changed) {
  const boxes = [...host.querySelectorAll("input[name]:not([data-empty])")];
  const none = host.querySelector("[data-empty]");
  const every = host.querySelector("[data-every]"); // the button that chooses all; not where there is a most
  const line = host.querySelector("[data-definition-line]");
  const count = host.querySelector("[data-count-line]");
  const { min = 0, max = boxes.length } = question;

  const chosen = () => boxes.filter((box) => box.checked);
  const fits = (many) => many === 0 || (many >= min && many <= max);
  const tell = (last = null) => {
    const many = chosen().length;
    line.textContent = last?.checked ? last.dataset.definition ?? "" : "";
    count.textContent = many > max ? wrong() : "";
    if (every) every.setAttribute("aria-pressed", String(many === boxes.length));
  };
  const wrong = () => {
    const many = chosen().length;
    return fits(many) ? null : `${host.dataset.wanted}; ${many} ${many === 1 ? "is" : "are"} chosen.`;
  };

  /** One more or one less; "None of them" and classes take each other away. */
  const settle = (box) => {
    if (box === none && none.checked) for (const other of boxes) other.checked = false;
    else if (box !== none && box.checked && none) none.checked = false;
    tell(box === none ? null : box);
  };
  const toggle = (box, event) => {
    box.checked = !box.checked;
    settle(box);
    changed({ by: "toggle", event });
  };
  const all = (event) => {
    const on = chosen().length < boxes.length;
    for (const box of boxes) box.checked = on;
    if (none) none.checked = false;
    tell();
    changed({ by: "toggle", event });
  };

  host.addEventListener("change", (event) => {
    if (event.target.type !== "checkbox") return;
    settle(event.target);
    changed({ by: "toggle", event });
  });
  every?.addEventListener("click", (event) => {
    all(event);
    if (event.detail) changed({ by: "nothing" }); // by pointer: the keys go on from the example
  });

  const finder = makeFinder(host, boxes, {
    enter(first, text) { // stays open for the next one; Enter on nothing typed goes back
      if (!text) { finder.close(); changed({ by: "nothing" }); } else if (first) { finder.empty(); toggle(first); }
    },
    leave: () => changed({ by: "nothing" }),
  });

  const set = (answer) => {
    finder.close();
    for (const box of boxes) box.checked = Array.isArray(answer) && answer.includes(box.value);
    if (none) none.checked = Array.isArray(answer) && answer.length === 0;
    tell();
  };

  return {
    get: () => (chosen().length ? chosen().map((box) => box.value).sort() : none?.checked ? [] : null),
    set,
    clear: () => set(null),
    keys(event, digit) {
      const box = digit === null ? null : [...boxes, none].find((other) => other?.dataset.digit === String(digit));
      if (box) toggle(box, event);
      return Boolean(box);
    },
    missing(asked) {
      if (!question.required || chosen().length || none?.checked) return null;
      return none ? `Choose an answer${asked ? ` to ${asked}` : ""} or “None of them”` : `${host.dataset.wanted} of the answers`;
    },
    wrong,
    words: (answer) => boxes.filter((box) => answer.includes(box.value)).map((box) => box.closest("label").dataset.name).join(", ") || "None of them",
    focus: () => (chosen()[0] ?? boxes[0]).focus({ preventScroll: true }),
    find: finder.open,
    acts: every ? { all } : {},
  };
}
