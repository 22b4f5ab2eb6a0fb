/* Parts of a text, each with a class: marked on the text itself, drawn by templates/kinds/spans.html. The answer counts code
   points: [{start, end, class}], [] only where "Nothing to mark" was said, null before anything was done. */

import { makeFinder } from "./finder.js";
import { lookOf } from "../lib/swatch.js";
import { pressed } from "../spans/keyboard.js";
import { Layer } from "../spans/layer.js";
import { SpanList } from "../spans/list.js";
import { inWords } from "../spans/marks.js";
import { brief, count as counted } from "../label/words.js";

export { KEYS as helps } from "../spans/keyboard.js";

const touch = matchMedia("(hover: none)");

export function render(question, host, changed) {
  const buttons = [...host.querySelectorAll("button[data-class]")];
  const find = (name) => host.querySelector(`[data-${name}]`);
  const classes = new Map(buttons.map((button, place) => [button.dataset.class, { name: button.dataset.name, number: place + 1, look: lookOf(place + 1), button }]));
  const nameOf = (key) => classes.get(key)?.name ?? key;
  const [told, said, line] = [find("told"), find("said"), find("definition-line")];
  const nothing = find("nothing");
  const count = find("count");
  const tools = { undo: find("undo"), redo: find("redo"), remove: find("remove") };

  const layer = new Layer(question, host, {
    lookOf: (key) => classes.get(key)?.look ?? lookOf(1), nameOf,
    edited: () => { show(); changed({ by: "mark" }); },
    chose: () => { tell(""); show(); },
    woken: () => changed({ by: "nothing" }),
    say: (words) => { said.textContent = words; },
    tell: (words) => tell(words),
  });
  const list = new SpanList(find("span-list"), {
    textOf: (span) => layer.surface?.text.slice(span.start, span.end) ?? "",
    look: (span) => ({ name: nameOf(span.class), number: classes.get(span.class)?.number ?? 1 }),
    choose: (span) => { layer.choose(span, { reveal: true }); },
    remove: (span) => layer.remove(span),
  });

  function tell(words) { if (told.textContent !== words) told.textContent = words; }

  function show() {
    const { marks, chosen } = layer;
    nothing.setAttribute("aria-pressed", String(marks.nothing));
    nothing.hidden = marks.spans.length > 0;
    for (const { button } of classes.values()) button.toggleAttribute("data-chosen", chosen?.class === button.dataset.class);
    line.textContent = classes.get(chosen?.class)?.button.dataset.definition ?? "";
    for (const [name, possible] of [["undo", marks.undoable], ["redo", marks.redoable], ["remove", chosen]]) tools[name].hidden = !possible;
    count.textContent = marks.spans.length ? counted(marks.spans.length, "span") : marks.nothing ? "Nothing to mark" : "No spans yet";
    list.show(marks.spans, chosen);
  }

  function label(key, held = null) {
    tell("");
    return layer.label(key, held);
  }

  function sayNothing(event) {
    const done = layer.sayNothing();
    if (!done) tell(`There ${layer.marks.spans.length === 1 ? "is a span" : `are ${layer.marks.spans.length} spans`}. Remove what is not to be marked first.`);
    else { tell(""); show(); changed({ by: "key", event }); }
    return true;
  }

  const finder = makeFinder(host, buttons, {
    enter(first, typed) {
      if (first) label(first.dataset.class);
      else if (typed) return;
      finder.close();
      layer.focus();
    },
    leave: () => layer.focus(),
  });

  let held = null; // what was selected when a finger came down on a class: the browser may let go of it before the click
  host.addEventListener("pointerdown", (event) => { held = event.target.closest("button") ? layer.held() : null; });
  host.addEventListener("mousedown", (event) => {
    if (event.target.closest("button")) event.preventDefault(); // keeps selection and focus where they are
  });
  host.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button?.isConnected || button.closest("[data-span-list]")) return; // rows answer for themselves, and may be gone by now
    if (button.dataset.class !== undefined) label(button.dataset.class, event.detail ? held : null);
    else if (button === nothing) return sayNothing(event);
    else if (button === tools.undo) layer.undo();
    else if (button === tools.redo) layer.redo();
    else if (button === tools.remove) layer.remove(layer.chosen);
    held = null;
    if (layer.surface?.host.isConnected) layer.focus();
  });

  return {
    get: () => layer.answer,
    set(answer) {
      finder.close();
      tell("");
      said.textContent = "";
      layer.set(answer);
      show();
    },
    clear() { this.set(null); },
    keys(event, digit) {
      if (digit === 0) return sayNothing(event);
      const button = buttons.find((other) => other.dataset.digit === String(digit));
      if (button) label(button.dataset.class);
      return Boolean(button);
    },
    handles: (name, event) => pressed(name, event, layer),
    drawn: (node, data) => { layer.surfaceIn(node, data); },
    painted(node, data) {
      layer.paint(node, data);
      show();
    },
    missing(asked = "") {
      if (!question.required || layer.marks.answered) return null;
      const none = touch.matches ? "tap “Nothing to mark”" : "press 0";
      return `Mark a span${asked && ` for ${asked}`}, or ${none} if there is nothing to mark`;
    },
    words: (answer) => brief(inWords(answer, nameOf), 80),
    focus: () => layer.focus(),
    find: finder.open,
  };
}
