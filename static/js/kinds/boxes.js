/* Boxes on a picture: drawn, moved and sized by mouse, fingers and keyboard. The fieldset of templates/kinds/boxes.html holds
   the classes, "Nothing to mark" and the list; the board stands in the field's figure (displays/image.js) while its example does. */

import { Board } from "../boxes/board.js";
import { inMiddle } from "../boxes/geometry.js";
import { Keyboard, helps } from "../boxes/keyboard.js";
import { List, placeOf } from "../boxes/list.js";
import { Marks } from "../boxes/marks.js";
import { Pointers } from "../boxes/pointers.js";
import { Tools } from "../boxes/tools.js";
import { nameOf } from "../label/keys.js";
import { announce, h } from "../lib/dom.js";

export { helps };

const touch = matchMedia("(hover: none)");
const many = (count) => `${count} ${count === 1 ? "box" : "boxes"}`;

export function render(question, host, changed) {
  const inputs = [...host.querySelectorAll("input[type=radio]")];
  const names = new Map(inputs.map((input, place) => [input.value, { number: place + 1, name: input.closest("label").dataset.name, input }]));
  const swatches = new Map(inputs.map((input) => [input.value, input.closest("label").querySelector(".swatch")]));
  const part = (name) => host.querySelector(`[data-${name}]`);
  const marks = new Marks([...names.keys()]);
  let telling = 0;

  /** For a screen reader, once somebody who holds a key down lets go. */
  const say = (text) => {
    clearTimeout(telling);
    telling = setTimeout(() => announce(text), 150);
  };
  const describe = (box) => `Box ${marks.place(box.id) + 1} of ${marks.boxes.length}, ${names.get(box.class)?.name ?? box.class}, ${placeOf(box)}`;

  const show = () => {
    list.show(marks);
    part("count").textContent = marks.boxes.length ? many(marks.boxes.length) : marks.nothing ? "Nothing to mark" : "No box yet";
    part("nothing").setAttribute("aria-pressed", String(marks.nothing));
    part("remove-chosen").setAttribute("aria-disabled", String(!marks.box));
    const now = names.get(marks.box?.class ?? marks.next)?.input;
    if (now) now.checked = true;
    part("for").textContent = marks.box ? `box ${marks.place() + 1}` : "the next box";
    part("definition-line").textContent = now?.dataset.definition ?? "";
    tools.setSteps(marks.canUndo, marks.canRedo);
    board.redraw("still", "live");
  };
  const changedBy = (event) => changed({ by: "change", event });
  const does = {
    drawing: () => tools.drawing,
    spread: () => spread,
    hold() { spread = true; },
    say,
    choose(box) {
      marks.choose(box?.id ?? null);
      if (box) {
        keyboard.enter();
        board.reveal(box);
        say(describe(box));
      }
      show();
      list.reveal(marks.chosen);
    },
    add(box) {
      const made = marks.add(box);
      keyboard.enter();
      show();
      list.reveal(made.id);
      say(`Added. ${describe(made)}`);
      changedBy();
    },
    change(fields, tag = null) {
      if (!marks.box) return;
      const { x, y, w, h: high } = fields;
      if (marks.change(marks.chosen, { x, y, w, h: high }, tag)) changedBy();
      show();
      if (tag) board.reveal(marks.box);
      say(describe(marks.box));
    },
    remove(id) {
      if (marks.remove(id)) changedBy();
      show();
      say(`Removed. ${many(marks.boxes.length)} left`);
    },
    undo: () => stepped(marks.undo(), "Undone"),
    redo: () => stepped(marks.redo(), "Done again"),
    zoomIn: () => board.ready && board.zoomBy(1.25),
    zoomOut: () => board.ready && board.zoomBy(1 / 1.25),
    fit: () => board.ready && board.fit(),
    full: () => board.ready && board.zoomTo(1),
    back: () => changed({ by: "nothing" }),
    lit: (filter) => { board.canvases.picture.style.filter = filter; },
  };
  const stepped = (went, words) => {
    if (went) changedBy();
    show();
    say(went ? `${words}. ${many(marks.boxes.length)}` : "There is nothing more to undo or to do again");
  };
  const classify = (key) => {
    if (!names.has(key)) return;
    if (marks.classify(key)) changedBy();
    show();
    say(marks.box ? describe(marks.box) : `The next box: ${names.get(key).name}`);
  };
  const nothing = () => {
    if (!marks.setNothing(!marks.nothing)) say(`There ${marks.boxes.length === 1 ? "is" : "are"} ${many(marks.boxes.length)}. Remove them first.`);
    else changedBy();
    part("refused").textContent = marks.boxes.length ? `There ${marks.boxes.length === 1 ? "is" : "are"} ${many(marks.boxes.length)}. Remove them first.` : "";
    show();
  };

  const board = new Board({ marks, swatches, name: `${question.prompt} Draw boxes on the picture.`, zoomChanged: (scale) => tools.setZoom(scale) });
  const tools = new Tools(does);
  const list = new List(part("list"), names, {
    choose: (id) => does.choose(marks.boxes.find((box) => box.id === id)),
    remove: (id) => { does.remove(id); part("count").focus(); },
  });
  const pointers = new Pointers(board, does);
  const keyboard = new Keyboard({ board, tools, pointers, does });
  const root = h("div", { class: "boxes", "data-boxes": question.key }, tools.element, board.element);

  let spread = false; // Space is held: the picture moves
  addEventListener("keyup", (event) => { if (event.key === " ") spread = false; });
  addEventListener("blur", () => { spread = false; });
  board.element.addEventListener("pointerdown", () => changed({ by: "nothing" }));

  host.addEventListener("change", ({ target }) => target.type === "radio" && classify(target.value));
  const buttons = {
    nothing,
    add: () => board.ready && does.add(inMiddle(board.view, board.bounds, board.size)),
    "remove-chosen": () => marks.box && does.remove(marks.chosen),
  };
  for (const [name, act] of Object.entries(buttons)) {
    part(name).addEventListener("click", (event) => {
      act();
      if (event.detail) does.back(); // pressed by a pointer: keys go to the picture again
    });
  }
  host.addEventListener("keydown", (event) => { // what stands beside the picture knows its keys as well
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.target.type === "radio") return;
    const name = nameOf(event);
    if (name === "tab" || /^[a-z]$/.test(name)) return;
    if (keyboard.handles(name, event)) event.preventDefault();
  });

  const seen = new MutationObserver(() => { root.hidden = host.hidden; });
  seen.observe(host, { attributes: true, attributeFilter: ["hidden"] });

  return {
    get: () => marks.answer,
    set(answer) { marks.load(answer); part("refused").textContent = ""; show(); },
    clear() { marks.load(null); show(); },
    keys(event, digit) {
      if (digit === 0) nothing();
      else if (inputs[digit - 1]) classify(inputs[digit - 1].value);
      else return false;
      return true;
    },
    handles: (name, event) => keyboard.handles(name, event),
    missing: () => (question.required && marks.answer === null
      ? `Draw a box, or ${touch.matches ? "choose" : "press 0 for"} “Nothing to mark”` : null),
    words(answer) {
      const counts = new Map();
      for (const { class: key } of answer) counts.set(key, (counts.get(key) ?? 0) + 1);
      const said = [...counts].sort((one, other) => other[1] - one[1]).map(([key, count]) => `${names.get(key)?.name ?? key} ${count}`);
      return said.length ? `${many(answer.length)}: ${said.join(", ")}` : "No box";
    },
    focus: () => board.element.focus({ preventScroll: true }),
    painted(node, data) {
      const figure = node.querySelector(`[data-field="${CSS.escape(question.of)}"] .shown-image`);
      board.leave();
      keyboard.enter();
      root.hidden = host.hidden;
      if (!figure) return root.remove();
      const attach = () => {
        const image = figure.querySelector(":scope > img");
        if (!image?.naturalWidth || (root.isConnected && root.parentElement !== figure && !figure.isConnected)) return;
        const value = data[question.of];
        const source = typeof value === "object" && value?.width ? value : { url: image.src, width: image.naturalWidth, height: image.naturalHeight, copies: [] };
        figure.append(root);
        board.show(source, image);
        show();
      };
      figure.addEventListener("picture", attach);
      attach();
    },
  };
}
