/* Mouse, pen and fingers on the board. One pointer draws, moves, sizes, pans or chooses; two fingers zoom and pan. Nothing is
   changed before the pointer is lifted: until then `board.held` is what is seen, and Esc or a second finger drops it. */

import { boxesAt, drawn, grip, moved, resized, toPicture } from "./geometry.js";

const CURSORS = { n: "ns-resize", s: "ns-resize", e: "ew-resize", w: "ew-resize", nw: "nwse-resize", se: "nwse-resize", ne: "nesw-resize", sw: "nesw-resize", move: "move" };

export class Pointers {
  #down = new Map(); // id → where, of each pointer that is down
  #gesture = null; // {kind, id, from, ...}
  #pinch = null;

  /** `does`: {drawing(): whether the tool draws; spread(): whether Space is held; choose(box|null), add(box), change(box)}. */
  constructor(board, does) {
    Object.assign(this, { board, does });
    const { element } = board;
    const on = (name, act, options) => element.addEventListener(name, (event) => board.ready && act(event), options);
    on("pointerdown", (event) => this.#press(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#lift(event));
    on("pointercancel", (event) => { this.cancel(); this.#down.delete(event.pointerId); this.#pinch = null; });
    on("wheel", (event) => this.#wheel(event), { passive: false });
    on("dragstart", (event) => event.preventDefault());
    on("auxclick", (event) => event.preventDefault());
  }

  get busy() { return this.#gesture !== null; }

  /** Drops what is under way. */
  cancel() {
    this.#gesture = null;
    this.board.held = null;
    this.board.redraw("still", "live");
  }

  #at(event) {
    const { element } = this.board;
    const { left, top } = element.getBoundingClientRect();
    return { x: event.clientX - left - element.clientLeft, y: event.clientY - top - element.clientTop };
  }

  #press(event) {
    const point = this.#at(event);
    this.#down.set(event.pointerId, point);
    if (event.pointerType === "mouse" && event.button > 1) return;
    this.board.element.setPointerCapture?.(event.pointerId);
    if (event.button === 1) event.preventDefault(); // no automatic scrolling
    if (this.#down.size === 2) {
      this.cancel();
      this.#pinch = this.#spread();
      return;
    }
    if (this.#down.size > 2) return;
    this.#gesture = this.#begin(event, point);
  }

  #begin(event, point) {
    const { board, does } = this;
    const base = { id: event.pointerId, from: point, last: point, reach: event.pointerType === "mouse" ? 7 : 20, far: event.pointerType === "mouse" ? 3 : 8 };
    if (event.button === 1 || does.spread()) return { ...base, kind: "pan" };
    const chosen = board.marks.box;
    const hold = chosen && grip(board.view, chosen, point, base.reach);
    if (hold) return { ...base, kind: hold === "move" ? "move" : "size", hold, box: chosen, tapped: hold === "move" };
    const { edge, inside } = boxesAt(board.marks.boxes, board.view, point, base.reach / 2);
    return { ...base, kind: edge ? "edge" : "open", box: edge, under: edge ?? inside };
  }

  #move(event) {
    const point = this.#at(event);
    if (!this.#down.has(event.pointerId)) return this.#hover(event, point);
    this.#down.set(event.pointerId, point);
    if (this.#pinch) return this.#stretch();
    const gesture = this.#gesture;
    if (gesture?.id !== event.pointerId) return;
    if (!gesture.moving && Math.hypot(point.x - gesture.from.x, point.y - gesture.from.y) < gesture.far) return;
    if (!gesture.moving) this.#start(gesture);
    this.#drag(gesture, point);
    gesture.last = point;
  }

  /** It is a drag and no tap: what was pressed decides which. */
  #start(gesture) {
    gesture.moving = true;
    if (gesture.kind === "edge") {
      this.does.choose(gesture.box);
      gesture.kind = "move";
    }
    if (gesture.kind === "open") {
      gesture.kind = this.does.drawing() ? "draw" : "pan";
      if (gesture.kind === "draw") this.does.choose(null);
    }
    if (gesture.kind !== "pan") this.board.redraw("still");
  }

  #drag(gesture, point) {
    const { board } = this;
    const { view, bounds } = board;
    const now = toPicture(view, point);
    const from = toPicture(view, gesture.from);
    if (gesture.kind === "pan") return board.pan(point.x - gesture.last.x, point.y - gesture.last.y);
    if (gesture.kind === "draw") board.held = { ...drawn(from, now, bounds), class: board.marks.next };
    if (gesture.kind === "move") board.held = moved(gesture.box, Math.round(now.x - from.x), Math.round(now.y - from.y), bounds);
    if (gesture.kind === "size") board.held = resized(gesture.box, gesture.hold, now, bounds);
    board.redraw("live");
  }

  #lift(event) {
    this.#down.delete(event.pointerId);
    if (this.#pinch) {
      if (!this.#down.size) this.#pinch = null; // the last finger of a pinch does nothing more
      return;
    }
    const gesture = this.#gesture;
    if (gesture?.id !== event.pointerId) return;
    const { held } = this.board;
    this.#gesture = null;
    this.board.held = null;
    if (!gesture.moving) this.#tap(gesture);
    else if (gesture.kind === "draw" && held) this.does.add(held);
    else if (gesture.kind !== "pan" && held) this.does.change(held);
    this.board.redraw("still", "live");
  }

  /** A tap chooses the smallest box there; on the chosen one it looks for a smaller one inside. */
  #tap(gesture) {
    if (gesture.kind === "pan" || gesture.kind === "size") return;
    let { under } = gesture;
    if (gesture.tapped) under = boxesAt(this.board.marks.boxes, this.board.view, gesture.from, 0).inside ?? gesture.box;
    this.does.choose(under ?? null);
  }

  #spread() {
    const [one, other] = [...this.#down.values()];
    return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2, far: Math.max(1, Math.hypot(one.x - other.x, one.y - other.y)) };
  }

  #stretch() {
    if (this.#down.size !== 2) return;
    const before = this.#pinch;
    const now = this.#spread();
    this.board.pan(now.x - before.x, now.y - before.y);
    this.board.zoomBy(now.far / before.far, now);
    this.#pinch = now;
  }

  #wheel(event) {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1);
    this.board.zoomBy(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.0015)), this.#at(event));
  }

  #hover(event, point) {
    if (event.pointerType !== "mouse") return;
    const { board, does } = this;
    const chosen = board.marks.box;
    const hold = chosen && grip(board.view, chosen, point, 7);
    const open = does.spread() || !does.drawing() ? "grab" : "crosshair";
    board.element.style.cursor = hold ? CURSORS[hold] : boxesAt(board.marks.boxes, board.view, point, 3.5).edge ? "pointer" : open;
  }
}
