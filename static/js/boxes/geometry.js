/* Boxes and views as plain numbers. A box is {x, y, w, h} in pixels of the upright picture; a picture and a stage are
   {width, height}; a view is {scale, left, top}: where the picture's corner lies on the stage, in CSS pixels, and how many of
   them one of its pixels takes. */

export const MOST = 64; // CSS pixels that one of the picture's takes at most
const EDGE = 8; // CSS pixels around a picture that is seen whole, so that boxes at its edges can be taken hold of
const LEAST_SEEN = 0.5; // of the scale at which all of it is seen
const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

const between = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high));
/** Pixels are kept to the hundredth, as the server does. */
export const round2 = (value) => Math.round(value * 100) / 100;

/** The view that shows all of the picture; small ones are enlarged. */
export function fitted(picture, stage) {
  const room = (length) => Math.max(length - 2 * EDGE, length / 2);
  const scale = between(Math.min(room(stage.width) / picture.width, room(stage.height) / picture.height), 1e-4, MOST);
  return placed({ scale, left: 0, top: 0 }, picture, stage);
}

/** The view with another scale, where the point (x, y) of the stage stays on its pixel. */
export function zoomed(view, scale, { x, y }, picture, stage) {
  const least = LEAST_SEEN * Math.min(1, fitted(picture, stage).scale);
  const next = between(scale, least, MOST);
  const by = next / view.scale;
  return placed({ scale: next, left: x - (x - view.left) * by, top: y - (y - view.top) * by }, picture, stage);
}

export const panned = (view, dx, dy, picture, stage) => placed({ ...view, left: view.left + dx, top: view.top + dy }, picture, stage);

/** What is smaller than the stage stands in its middle; what is larger leaves no gap beyond a margin for its edges. */
function placed(view, picture, stage) {
  const along = (start, length, room) => {
    const margin = Math.min(32, room / 8);
    return length <= room ? (room - length) / 2 : between(start, room - length - margin, margin);
  };
  return {
    scale: view.scale,
    left: along(view.left, picture.width * view.scale, stage.width),
    top: along(view.top, picture.height * view.scale, stage.height),
  };
}

/** The view in which a box is seen whole, or its corner where it is larger than the stage; the same one where it is seen already. */
export function showing(view, box, picture, stage) {
  const shift = (start, length, room) => {
    const end = start + length;
    if (start >= 0 && end <= room) return 0;
    return length > room || start < 0 ? 16 - start : room - 16 - end;
  };
  const { left, top, right, bottom } = onStage(view, box);
  const dx = shift(left, right - left, stage.width);
  const dy = shift(top, bottom - top, stage.height);
  return dx || dy ? panned(view, dx, dy, picture, stage) : view;
}

export const toPicture = (view, { x, y }) => ({ x: (x - view.left) / view.scale, y: (y - view.top) / view.scale });

/** The box's edges on the stage. */
export function onStage(view, { x, y, w, h }) {
  const left = view.left + x * view.scale;
  const top = view.top + y * view.scale;
  return { left, top, right: left + w * view.scale, bottom: top + h * view.scale };
}

/** The box between two points of the picture: edges on whole pixels, inside it, one pixel at least. */
export function drawn(from, to, picture) {
  const along = (a, b, limit) => {
    const [one, other] = [a, b].map((value) => between(Math.round(value), 0, limit));
    const start = Math.min(one, other, limit - 1);
    return [start, Math.max(1, Math.max(one, other) - start)];
  };
  const [x, w] = along(from.x, to.x, picture.width);
  const [y, h] = along(from.y, to.y, picture.height);
  return { x, y, w, h };
}

/** Moved by so many pixels, as far as the picture goes. */
export function moved(box, dx, dy, picture) {
  return {
    ...box,
    x: round2(between(box.x + dx, 0, picture.width - box.w)),
    y: round2(between(box.y + dy, 0, picture.height - box.h)),
  };
}

/** Wider and higher by so many pixels: the corner at the top left stays. */
export function grown(box, dw, dh, picture) {
  return {
    ...box,
    w: round2(between(box.w + dw, Math.min(1, box.w), picture.width - box.x)),
    h: round2(between(box.h + dh, Math.min(1, box.h), picture.height - box.y)),
  };
}

/** With the edges of a handle ("n", "se", …) at a point of the picture; dragged past the opposite edge it turns over. */
export function resized(box, handle, point, picture) {
  const along = (start, length, first, last, to, limit) => {
    if (!first && !last) return [start, length];
    const fixed = first ? start + length : start;
    const moving = between(Math.round(to), 0, limit);
    let [low, high] = [Math.min(fixed, moving), Math.max(fixed, moving)];
    if (high - low < 1) [low, high] = first && fixed >= 1 || fixed + 1 > limit ? [high - 1, high] : [low, low + 1];
    return [round2(low), round2(high - low)];
  };
  const [x, w] = along(box.x, box.w, handle.includes("w"), handle.includes("e"), point.x, picture.width);
  const [y, h] = along(box.y, box.h, handle.includes("n"), handle.includes("s"), point.y, picture.height);
  return { ...box, x, y, w, h };
}

/** A box for the middle of what is seen of the picture, a quarter of it wide and high. */
export function inMiddle(view, picture, stage) {
  const from = toPicture(view, { x: 0, y: 0 });
  const to = toPicture(view, { x: stage.width, y: stage.height });
  const along = (low, high, limit) => {
    const [first, last] = [Math.max(0, low), Math.min(limit, high)];
    const length = between(Math.round((last - first) / 4), 1, limit);
    return [between(Math.round((first + last - length) / 2), 0, limit - length), length];
  };
  const [x, w] = along(from.x, to.x, picture.width);
  const [y, h] = along(from.y, to.y, picture.height);
  return { x, y, w, h };
}

/** Where the handles of a box are on the stage: [[name, x, y]]. */
export function handlesOf(view, box) {
  const { left, top, right, bottom } = onStage(view, box);
  const xs = { w: left, e: right };
  const ys = { n: top, s: bottom };
  return HANDLES.map((name) => {
    const across = name.match(/[ew]/)?.[0];
    const down = name.match(/[ns]/)?.[0];
    return [name, across ? xs[across] : (left + right) / 2, down ? ys[down] : (top + bottom) / 2];
  });
}

/** What a point of the stage takes hold of on the chosen box: the side or corner that it is near ("n", "se", …), "move" inside, or
    null. Of a small box most of the inside moves it. */
export function grip(view, box, { x, y }, reach) {
  const { left, top, right, bottom } = onStage(view, box);
  const inside = x > left && x < right && y > top && y < bottom;
  const near = (value, edge, length) => Math.abs(value - edge) <= (inside ? Math.min(reach, length / 4) : reach);
  const [width, height] = [right - left, bottom - top];
  if (x < left - reach || x > right + reach || y < top - reach || y > bottom + reach) return null;
  const closer = (value, low, high, names, length) => {
    const [first, last] = [near(value, low, length), near(value, high, length)];
    if (first && last) return Math.abs(value - low) < Math.abs(value - high) ? names[0] : names[1];
    return first ? names[0] : last ? names[1] : "";
  };
  return closer(y, top, bottom, "ns", height) + closer(x, left, right, "we", width) || (inside ? "move" : null);
}

function onEdge({ left, top, right, bottom }, x, y, reach) {
  const near = x >= left - reach && x <= right + reach && y >= top - reach && y <= bottom + reach;
  return near && !(x > left + reach && x < right - reach && y > top + reach && y < bottom - reach);
}

const area = (box) => box.w * box.h;

/** The smallest box whose edge, or whose inside, is at a point of the stage: {edge, inside}, each a box or null. */
export function boxesAt(boxes, view, { x, y }, reach) {
  const found = { edge: null, inside: null };
  for (const box of boxes) {
    const sides = onStage(view, box);
    if (x < sides.left - reach || x > sides.right + reach || y < sides.top - reach || y > sides.bottom + reach) continue;
    if (onEdge(sides, x, y, reach) && !(found.edge && area(found.edge) <= area(box))) found.edge = box;
    const inside = x >= sides.left && x <= sides.right && y >= sides.top && y <= sides.bottom;
    if (inside && !(found.inside && area(found.inside) <= area(box))) found.inside = box;
  }
  return found;
}
