/* How boxes are drawn: 2 pixels in the class's colour between 1 white and 1 black, with the class's letter; the chosen one
   with handles and a dashed ring besides. */

import { handlesOf, onStage } from "./geometry.js";

const CHIP = 16; // CSS pixels
const FONT = '600 12px system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** Colours and letters as the page has them now. `swatches`: class key → an element that carries the class's colours. */
export function makeLook(swatches, ratio) {
  const forced = matchMedia("(forced-colors: active)").matches;
  const measure = document.createElement("canvas").getContext("2d");
  measure.font = FONT;
  const of = new Map();
  for (const [key, swatch] of swatches) {
    const probe = swatch.cloneNode();
    probe.className = "boxes-probe";
    swatch.after(probe);
    const { color, backgroundColor } = getComputedStyle(probe);
    probe.remove();
    const [fill, ink] = forced ? ["CanvasText", "Canvas"] : [color, backgroundColor];
    const letter = swatch.textContent;
    of.set(key, { fill, ink, letter, width: Math.max(CHIP, Math.ceil(measure.measureText(letter).width) + 6) });
  }
  return { of, ratio, black: forced ? "Canvas" : "#000", white: forced ? "Canvas" : "#fff", ring: forced ? "Highlight" : null };
}

/** All of these on a cleared canvas, but for the one that is `without`; letters stay below `top`, where the stage begins. */
export function paintBoxes(context, boxes, view, look, { without, top }) {
  const { canvas } = context;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  prepare(context, look);
  for (const box of boxes) if (box.id !== without) paintBox(context, box, view, look, top);
}

function prepare(context, { ratio }) {
  Object.assign(context, { font: FONT.replace("12px", `${12 * ratio}px`), textAlign: "center", textBaseline: "middle" });
}

function paintBox(context, box, view, look, edge = 0) {
  const { ratio, black, white } = look;
  const { canvas } = context;
  const sides = onStage(view, box);
  const u = Math.max(1, Math.round(ratio)); // one CSS pixel on the canvas, whole, so that lines are sharp
  const x = Math.round(sides.left * ratio);
  const y = Math.round(sides.top * ratio);
  const w = Math.max(1, Math.round(sides.right * ratio) - x);
  const h = Math.max(1, Math.round(sides.bottom * ratio) - y);
  const { fill, ink, letter, width } = look.of.get(box.class) ?? look.of.values().next().value;
  const [across, down] = [Math.round(width * ratio), Math.round(CHIP * ratio)];
  const room = 5 * u + down;
  if (x > canvas.width + room || y > canvas.height + room || x + w < -room || y + h < -room) return;
  context.lineWidth = u;
  context.strokeStyle = black;
  context.strokeRect(x - 1.5 * u, y - 1.5 * u, w + 3 * u, h + 3 * u);
  if (w > 4 * u && h > 4 * u) {
    context.strokeStyle = white;
    context.strokeRect(x + 1.5 * u, y + 1.5 * u, w - 3 * u, h - 3 * u);
  }
  context.lineWidth = 2 * u;
  context.strokeStyle = fill;
  context.strokeRect(x, y, w, h);
  const above = y - 3 * u - down;
  const top = above >= edge * ratio + u || y + h < edge * ratio ? above : y - u;
  context.fillStyle = black;
  context.fillRect(x - 2 * u, top - u, across + 2 * u, down + 2 * u);
  context.fillStyle = fill;
  context.fillRect(x - u, top, across, down);
  context.fillStyle = ink;
  context.fillText(letter, x - u + across / 2, top + down / 2 + 0.5 * ratio);
}

/** The chosen box, on a canvas of its own: it moves while the others stand still. */
export function paintChosen(context, box, view, look, coarse) {
  const { canvas } = context;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (!box) return;
  prepare(context, look);
  paintBox(context, box, view, look);
  const { ratio } = look;
  const { left, top, right, bottom } = onStage(view, box);
  const ring = 5;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.lineWidth = 2;
  for (const [colour, dash, from] of [[look.black, [], 0], [look.ring ?? look.white, [6, 6], 0]]) {
    context.strokeStyle = colour;
    context.setLineDash(dash);
    context.lineDashOffset = from;
    context.strokeRect(left - ring, top - ring, right - left + 2 * ring, bottom - top + 2 * ring);
  }
  context.setLineDash([]);
  const size = coarse ? 16 : 9;
  const crowded = Math.min(right - left, bottom - top) < 3 * size;
  for (const [name, x, y] of handlesOf(view, box)) {
    if (crowded && name.length === 1) continue; // corners are enough on a small one
    context.fillStyle = look.black;
    context.fillRect(x - size / 2 - 1, y - size / 2 - 1, size + 2, size + 2);
    context.fillStyle = look.ring ?? look.white;
    context.fillRect(x - size / 2, y - size / 2, size, size);
  }
}
