/* How boxes are drawn: 2 pixels in the class's colour between 1 white and 1 black, with the class's letter; the chosen one
   with handles and a dashed ring besides. */

import { handlesOf, onStage } from "./geometry.js";

const CHIP = 16; // CSS pixels
const FONT = '600 12px system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** Colours and letters as the page has them now: {of: class key → {fill, chip}, black, white, ratio}. `swatches`: key → an
    element that carries the class's colours. */
export function makeLook(swatches, ratio) {
  const forced = matchMedia("(forced-colors: active)").matches;
  const of = new Map();
  for (const [key, swatch] of swatches) {
    const probe = swatch.cloneNode();
    probe.className = "boxes-probe";
    swatch.after(probe);
    const { color, backgroundColor } = getComputedStyle(probe);
    probe.remove();
    const [fill, ink] = forced ? ["CanvasText", "Canvas"] : [color, backgroundColor];
    of.set(key, { fill, chip: makeChip(swatch.textContent, fill, ink, ratio) });
  }
  return { of, ratio, black: forced ? "Canvas" : "#000", white: forced ? "Canvas" : "#fff", ring: forced ? "Highlight" : null };
}

function makeChip(letter, fill, ink, ratio) {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  context.font = FONT;
  const width = Math.max(CHIP, Math.ceil(context.measureText(letter).width) + 6);
  canvas.width = Math.round((width + 2) * ratio);
  canvas.height = Math.round((CHIP + 2) * ratio);
  context.scale(ratio, ratio);
  context.fillStyle = "#000";
  context.fillRect(0, 0, width + 2, CHIP + 2);
  context.fillStyle = fill;
  context.fillRect(1, 1, width, CHIP);
  Object.assign(context, { font: FONT, fillStyle: ink, textAlign: "center", textBaseline: "middle" });
  context.fillText(letter, 1 + width / 2, 1.5 + CHIP / 2);
  return canvas;
}

/** All of these on a cleared canvas, but for the one that is `without`. */
export function paintBoxes(context, boxes, view, look, without = null) {
  const { canvas } = context;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  for (const box of boxes) if (box.id !== without) paintBox(context, box, view, look);
}

function paintBox(context, box, view, look) {
  const { ratio, black, white } = look;
  const { canvas } = context;
  const sides = onStage(view, box);
  const u = Math.max(1, Math.round(ratio)); // one CSS pixel on the canvas, whole, so that lines are sharp
  const x = Math.round(sides.left * ratio);
  const y = Math.round(sides.top * ratio);
  const w = Math.max(1, Math.round(sides.right * ratio) - x);
  const h = Math.max(1, Math.round(sides.bottom * ratio) - y);
  const { fill, chip } = look.of.get(box.class) ?? look.of.values().next().value;
  const room = 3 * u + chip.height;
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
  const above = y - 2 * u - chip.height;
  context.drawImage(chip, x - 2 * u, above >= 0 ? above : y - 2 * u);
}

/** The chosen box, on a canvas of its own: it moves while the others stand still. */
export function paintChosen(context, box, view, look, coarse) {
  const { canvas } = context;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (!box) return;
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
