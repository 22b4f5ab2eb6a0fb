/* Free text, like a transcription: a field that grows, drawn by templates/kinds/text.html. What is written is sent in
   Unicode NFC, without white space around it, as the server stores it. */

import { thousands } from "../label/words.js";

const LONGEST = 100_000; // characters that any answer may have
const NEAR = 0.8; // of what is allowed: from then on they are counted

const tidy = (text) => text.replace(/\r\n?/g, "\n").normalize("NFC").trim();

/** 83.27 s → [01:23.2] */
export function timeMark(seconds) {
  const tenths = Math.floor(seconds * 10 + 1e-6);
  const two = (number) => String(number).padStart(2, "0");
  return `[${two(Math.floor(tenths / 600))}:${two(Math.floor(tenths / 10) % 60)}.${tenths % 10}]`;
}

export function render(question, host, changed) {
  const field = host.querySelector("textarea");
  const line = host.querySelector("[data-length]");
  const marker = host.querySelector("[data-mark]");
  const most = question.max_length ?? LONGEST;
  let player = () => null;

  const wrong = () => {
    if (field.value.length <= most) return null; // no text has more characters than code units
    const many = [...tidy(field.value)].length;
    return many > most ? `The answer has ${thousands(many)} characters; ${thousands(most)} are allowed.` : null;
  };
  const grow = () => {
    if (CSS.supports("field-sizing", "content")) return;
    field.style.blockSize = "auto";
    field.style.blockSize = `${field.scrollHeight + 2}px`;
  };
  const count = () => {
    const near = field.value.length >= most * NEAR;
    line.textContent = near ? `${thousands([...tidy(field.value)].length)} of ${thousands(most)} characters` : "";
    if (near && wrong()) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
  };
  const set = (answer) => {
    const text = typeof answer === "string" ? answer : ""; // a draft may be of questions that were changed since
    if (field.value !== text) field.value = text; // else the caret would jump
    grow();
    count();
  };
  const enter = () => {
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
  };
  const mark = () => {
    const seconds = player()?.time;
    if (typeof seconds !== "number") return;
    field.focus({ preventScroll: true });
    const { selectionStart: at, value } = field;
    const text = `${at > 0 && !/\s/.test(value[at - 1]) ? " " : ""}${timeMark(seconds)} `;
    // As if it was typed, so that Ctrl+Z takes it back; an older way where that is gone.
    if (!document.execCommand?.("insertText", false, text)) {
      field.setRangeText(text, at, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  field.addEventListener("input", () => { grow(); count(); changed({ by: "typing" }); });
  field.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyM" || marker.hidden) return;
    event.preventDefault();
    mark();
  });
  marker.addEventListener("click", mark);
  spelling(field, host.querySelector("[data-spelling]"));

  return {
    typed: true,
    get: () => tidy(field.value) || null,
    draft: () => field.value || null,
    set,
    clear: () => set(null),
    keys: () => false,
    missing: () => (question.required && !tidy(field.value) ? "Write an answer" : null),
    wrong,
    words: (answer) => answer,
    focus: () => field.focus({ preventScroll: true }),
    enter,
    describe: (id) => field.setAttribute("aria-describedby", `${id} ${field.getAttribute("aria-describedby")}`),
    painted(node) {
      const shown = question.of && node.querySelector(`[data-field="${CSS.escape(question.of)}"] [data-player]`);
      player = () => shown?.player ?? null;
      marker.hidden = !shown;
    },
  };
}

/** Off by default, since names and dialects are no mistakes; on for those who want it, on this computer. */
function spelling(field, box) {
  const key = `workbench-spelling:${document.body.dataset.user ?? ""}`;
  const apply = () => { field.spellcheck = box.checked; };
  try { box.checked = localStorage.getItem(key) === "1"; } catch { /* off, then */ }
  box.addEventListener("change", () => {
    apply();
    try { localStorage.setItem(key, box.checked ? "1" : ""); } catch { /* for this visit only, then */ }
  });
  apply();
}
