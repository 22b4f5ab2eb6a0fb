// Boxes without a browser: where they may be, what can be undone, what the mouse takes hold of.
import assert from "node:assert/strict";
import { test } from "node:test";
import { boxesAt, drawn, fitted, grip, grown, inMiddle, moved, onStage, panned, resized, showing, toPicture, zoomed } from "../../static/js/boxes/geometry.js";
import { Marks } from "../../static/js/boxes/marks.js";

const PICTURE = { width: 200, height: 100 };
const STAGE = { width: 416, height: 416 };
const box = (x, y, w, h) => ({ x, y, w, h });

test("a picture is fitted into its stage with a margin, and a small one is enlarged", () => {
  assert.deepEqual(fitted(PICTURE, STAGE), { scale: 2, left: 8, top: 108 });
  assert.equal(fitted({ width: 8, height: 8 }, STAGE).scale, 50);
  assert.equal(fitted({ width: 1, height: 1 }, STAGE).scale, 64);
});

test("zooming keeps the pixel under the pointer there, and never loses the picture", () => {
  const start = fitted(PICTURE, STAGE);
  const point = { x: 300, y: 200 };
  const before = toPicture(start, point);
  const view = zoomed(start, 16, point, PICTURE, STAGE);
  const after = toPicture(view, point);
  assert.ok(Math.abs(before.x - after.x) < 1e-9 && Math.abs(before.y - after.y) < 1e-9);
  assert.equal(zoomed(start, 1000, point, PICTURE, STAGE).scale, 64);
  const far = panned(view, 1e6, -1e6, PICTURE, STAGE);
  assert.ok(far.left <= 32 && far.top + PICTURE.height * far.scale >= STAGE.height - 32);
});

test("a box is drawn from any corner on whole pixels, inside the picture, one pixel at least", () => {
  assert.deepEqual(drawn({ x: 10.4, y: 20.6 }, { x: 30.2, y: 40.4 }, PICTURE), box(10, 21, 20, 19));
  assert.deepEqual(drawn({ x: 30.2, y: 40.4 }, { x: 10.4, y: 20.6 }, PICTURE), box(10, 21, 20, 19));
  assert.deepEqual(drawn({ x: -50, y: -50 }, { x: 999, y: 999 }, PICTURE), box(0, 0, 200, 100));
  assert.deepEqual(drawn({ x: 300, y: 300 }, { x: 400, y: 400 }, PICTURE), box(199, 99, 1, 1));
  assert.deepEqual(drawn({ x: 5, y: 5 }, { x: 5, y: 5 }, PICTURE), box(5, 5, 1, 1));
});

test("moved and grown boxes stay inside, and keep hundredths of a pixel", () => {
  assert.deepEqual(moved(box(10.25, 10, 20, 20), 1, -50, PICTURE), box(11.25, 0, 20, 20));
  assert.deepEqual(moved(box(10, 10, 20, 20), 500, 500, PICTURE), box(180, 80, 20, 20));
  assert.deepEqual(grown(box(10, 10, 20, 20), 10, -30, PICTURE), box(10, 10, 30, 1));
  assert.deepEqual(grown(box(10, 10, 20, 20), 999, 999, PICTURE), box(10, 10, 190, 90));
  assert.deepEqual(grown(box(10, 10, 0.5, 0.5), -1, -1, PICTURE), box(10, 10, 0.5, 0.5));
});

test("handles size a box to whole pixels, turn it over when dragged past the other side, and leave one pixel at least", () => {
  const start = box(50, 50, 20, 20);
  assert.deepEqual(resized(start, "se", { x: 90.3, y: 60.7 }, PICTURE), box(50, 50, 40, 11));
  assert.deepEqual(resized(start, "nw", { x: 40, y: 45 }, PICTURE), box(40, 45, 30, 25));
  assert.deepEqual(resized(start, "e", { x: 30, y: 0 }, PICTURE), box(30, 50, 20, 20));
  assert.deepEqual(resized(start, "n", { x: 0, y: 999 }, PICTURE), box(50, 70, 20, 30));
  assert.deepEqual(resized(start, "w", { x: 70, y: 0 }, PICTURE), box(69, 50, 1, 20));
  assert.deepEqual(resized(start, "e", { x: 50, y: 0 }, PICTURE), box(50, 50, 1, 20));
  assert.deepEqual(resized(box(190, 90, 10, 10), "nw", { x: 500, y: 500 }, PICTURE), box(199, 99, 1, 1));
});

test("a new box by keyboard stands in the middle of what is seen", () => {
  const view = fitted(PICTURE, STAGE);
  assert.deepEqual(inMiddle(view, PICTURE, STAGE), box(75, 38, 50, 25));
  const near = zoomed(view, 64, { x: 8, y: 108 }, PICTURE, STAGE); // the corner at the top left
  const made = inMiddle(near, PICTURE, STAGE);
  const sides = onStage(near, made);
  assert.ok(sides.left >= 0 && sides.right <= STAGE.width && made.w >= 1);
});

test("the mouse takes hold of a handle, of the inside, or of the smallest box there", () => {
  const view = { scale: 2, left: 0, top: 0 };
  const chosen = { ...box(50, 20, 60, 50), id: 1 };
  assert.equal(grip(view, chosen, { x: 100, y: 40 }, 7), "nw");
  assert.equal(grip(view, chosen, { x: 222, y: 138 }, 7), "se");
  assert.equal(grip(view, chosen, { x: 160, y: 90 }, 7), "move");
  assert.equal(grip(view, chosen, { x: 300, y: 90 }, 7), null);
  assert.equal(grip(view, chosen, { x: 98, y: 70 }, 7), "w"); // all along a side
  const inner = { ...box(60, 30, 10, 10), id: 2 };
  const found = boxesAt([chosen, inner], view, { x: 130, y: 70 }, 3);
  assert.deepEqual([found.inside.id, found.edge], [2, null]);
  assert.equal(boxesAt([chosen, inner], view, { x: 120, y: 70 }, 3).edge.id, 2);
});

test("a tiny box can be moved: its handles do not cover all of it", () => {
  assert.equal(grip({ scale: 1, left: 0, top: 0 }, box(10, 10, 12, 12), { x: 16, y: 16 }, 7), "move");
});

test("a box out of sight is brought into it", () => {
  const view = zoomed(fitted(PICTURE, STAGE), 16, { x: 8, y: 108 }, PICTURE, STAGE);
  const { left, top, right, bottom } = onStage(showing(view, box(150, 80, 10, 10), PICTURE, STAGE), box(150, 80, 10, 10));
  assert.ok(left >= 0 && top >= 0 && right <= STAGE.width && bottom <= STAGE.height);
});

const CAR = { ...box(1, 2, 3, 4), class: "car" };

test("no answer, nothing to mark and boxes are three things", () => {
  const marks = new Marks(["car", "bus"]);
  assert.equal(marks.answer, null);
  assert.ok(marks.setNothing(true));
  assert.deepEqual(marks.answer, []);
  marks.add(box(1, 2, 3, 4));
  assert.deepEqual(marks.answer, [CAR]);
  assert.equal(marks.setNothing(true), false);
  marks.remove();
  assert.equal(marks.answer, null);
  marks.load([]);
  assert.deepEqual(marks.answer, []);
  marks.load([CAR]);
  assert.deepEqual(marks.answer, [CAR]);
});

test("each step can be undone and done again, and moves of one box in a row are one step", () => {
  const marks = new Marks(["car", "bus"]);
  const made = marks.add(box(1, 2, 3, 4));
  for (let x = 2; x < 12; x += 1) marks.change(made.id, { x }, "move");
  marks.change(made.id, { w: 9 }, "size");
  marks.classify("bus");
  assert.deepEqual(marks.answer, [{ ...box(11, 2, 9, 4), class: "bus" }]);
  marks.undo();
  assert.equal(marks.box.class, "car");
  marks.undo();
  assert.equal(marks.box.w, 3);
  marks.undo();
  assert.equal(marks.box.x, 1);
  marks.redo();
  assert.equal(marks.box.x, 11);
  marks.undo();
  marks.undo();
  assert.deepEqual([marks.answer, marks.undo()], [null, false]);
  for (let step = 0; step < 4; step += 1) marks.redo();
  assert.deepEqual([marks.answer, marks.redo()], [[{ ...box(11, 2, 9, 4), class: "bus" }], false]);
});

test("a step in between parts two moves, and a new step ends what could be done again", () => {
  const marks = new Marks(["car"]);
  const made = marks.add(box(1, 2, 3, 4));
  marks.change(made.id, { x: 2 }, "move");
  marks.choose(made.id);
  marks.change(made.id, { x: 3 }, "move");
  marks.undo();
  assert.equal(marks.box.x, 2);
  marks.change(made.id, { y: 9 }, "move");
  assert.equal(marks.canRedo, false);
});

test("the keyboard steps through boxes and out at either end", () => {
  const marks = new Marks(["car"]);
  assert.equal(marks.step(1), null);
  marks.load([CAR, { ...CAR, x: 50 }]);
  assert.deepEqual([marks.step(1).x, marks.step(1).x, marks.step(1)], [1, 50, null]);
  assert.equal(marks.box.x, 50);
  marks.choose(null);
  assert.equal(marks.step(-1).x, 50);
});

test("removing chooses the neighbour, and the class of the next box stays from example to example", () => {
  const marks = new Marks(["car", "bus"]);
  marks.load([CAR, { ...CAR, x: 50 }, { ...CAR, x: 90 }]);
  marks.step(1);
  marks.step(1);
  marks.remove();
  assert.equal(marks.box.x, 90);
  marks.remove();
  assert.equal(marks.box.x, 1);
  marks.choose(null);
  marks.classify("bus");
  marks.load(null);
  assert.equal(marks.add(box(0, 0, 1, 1)).class, "bus");
});
