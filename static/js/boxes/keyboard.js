/* Boxes by keyboard: everything that the mouse can do. `names` are those of label/keys.js. */

import { grown, inMiddle, moved } from "./geometry.js";

export const helps = [
  ["A", "add a box in the middle of what is seen"],
  ["arrows", "move the chosen box by 1 pixel (with Shift 10); without one, move the picture"],
  ["Alt arrows", "make the chosen box wider, narrower, higher, lower by 1 pixel (with Shift 10)"],
  ["Tab, Shift Tab", "next box, box before; Esc leaves them"],
  ["1 … 9", "the class of the chosen box, and of the next one"],
  ["Del", "remove the chosen box"],
  ["Z, Shift Z", "undo, redo"],
  ["0", "nothing to mark"],
  ["+ −", "zoom in and out; the wheel or two fingers do so too"],
  ["F, E", "fit the picture, show it at 100 %"],
  ["D", "draw with one finger or the mouse, or move the picture; Space held moves it, too"],
  ["I, Shift I", "brighter, darker"],
  ["T, Shift T", "more contrast, less"],
  ["R", "brightness and contrast as they were"],
];

const ARROWS = { arrowleft: [-1, 0], arrowright: [1, 0], arrowup: [0, -1], arrowdown: [0, 1] };
const ZOOM = 1.25;

export class Keyboard {
  #left = false; // Esc left the boxes: Tab belongs to the browser until one is chosen again

  /** `does`: {add, change(fields, tag), choose(box|null), remove, undo, redo, hold(): Space is down, say}. */
  constructor({ board, tools, pointers, does }) {
    Object.assign(this, { board, tools, pointers, does });
  }

  /** Another example, or a box chosen otherwise. */
  enter() { this.#left = false; }

  handles(name, event) {
    const { board, tools, does } = this;
    if (!board.ready) return false;
    const arrow = ARROWS[name];
    if (arrow) return this.#arrow(arrow, event);
    if (event.altKey) return false;
    if (name === "+" || name === "=") return done(() => board.zoomBy(ZOOM));
    if (name === "-" || name === "_") return done(() => board.zoomBy(1 / ZOOM));
    if (name === "tab") return this.#tab(event.shiftKey ? -1 : 1);
    if (name === "escape") return this.#escape();
    if (name === " ") return done(() => does.hold());
    if (name === "z") return done(() => (event.shiftKey ? does.redo() : does.undo()));
    if (name === "i") return done(() => does.say(tools.turn("brightness", event.shiftKey ? -1 : 1)));
    if (name === "t") return done(() => does.say(tools.turn("contrast", event.shiftKey ? -1 : 1)));
    if (event.repeat) return false;
    if (name === "delete") return board.marks.box ? done(() => does.remove(board.marks.chosen)) : false;
    if (event.shiftKey) return false;
    if (name === "a") return done(() => does.add(inMiddle(board.view, board.bounds, board.size)));
    if (name === "f") return done(() => board.fit());
    if (name === "e") return done(() => board.zoomTo(1));
    if (name === "d") return done(() => { tools.setDrawing(!tools.drawing); does.say(tools.drawing ? "Drawing" : "Moving the picture"); });
    if (name === "r") return done(() => does.say(tools.relight()));
    return false;
  }

  #arrow([dx, dy], { altKey, shiftKey }) {
    const { board, does } = this;
    const by = shiftKey ? 10 : 1;
    const { box } = board.marks;
    if (!box) {
      if (altKey) return false;
      const far = shiftKey ? 0.5 : 0.125; // of what is seen
      board.pan(-dx * far * board.size.width, -dy * far * board.size.height);
      return true;
    }
    const { x, y, w, h } = (altKey ? grown : moved)(box, dx * by, dy * by, board.bounds);
    does.change({ x, y, w, h }, altKey ? "size" : "move");
    return true;
  }

  /** To the next box, as long as there is one. */
  #tab(by) {
    if (this.#left || !this.board.marks.boxes.length) return false;
    const box = this.board.marks.step(by);
    this.does.choose(box);
    if (!box) this.#left = true;
    return Boolean(box);
  }

  #escape() {
    if (this.pointers.busy) return done(() => this.pointers.cancel());
    if (!this.board.marks.box) return false;
    this.does.choose(null);
    this.#left = true;
    return true;
  }
}

function done(act) {
  act();
  return true;
}
