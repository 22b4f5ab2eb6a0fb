/* The picture on its canvas: the smallest copy that is sharp enough, and a larger one as soon as it is needed. Each is decoded
   off the main thread and kept until the example is left. A picture is {url, width, height, copies: [2048, …]}, upright. */

const BIG = 20_000_000; // pixels: more are never drawn from at once, but from a piece that is cut out around what is seen
const PIXELATED = 2; // CSS pixels a pixel: from there on single pixels are shown as they are

export class Picture {
  #drawables = []; // [{side, image}], by size
  #failed = new Set();
  #loading = 0;
  #piece = null; // {image, side, x, y, right, bottom}: a part of the largest one, in pixels of the picture
  #cutting = false;
  #current = 0; // counts pictures, so that what comes too late is dropped

  /** `changed()` when something sharper can be drawn. */
  constructor(canvas, changed) {
    this.context = canvas.getContext("2d", { alpha: true });
    this.changed = changed;
  }

  get side() { return Math.max(this.source.width, this.source.height); }

  /** `image` is there already, decoded: the picture itself or a copy. */
  show(source, image) {
    this.leave();
    this.source = source;
    this.#drawables = [{ side: Math.max(image.naturalWidth, image.naturalHeight), image }];
  }

  leave() {
    this.#current += 1;
    for (const { image } of [...this.#drawables, ...this.#piece ? [this.#piece] : []]) image.close?.();
    this.#piece = null;
    this.#cutting = false;
    this.#drawables = [];
    this.#failed.clear();
    this.#loading = 0;
    this.source = null;
  }

  draw(view, stage, ratio) {
    const { context } = this;
    const { canvas } = context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    const needed = this.side * view.scale * ratio;
    const enough = this.#drawables.find(({ side }) => side >= needed) ?? this.#drawables.at(-1);
    if (needed > enough.side) this.#sharpen(needed);
    const { width, height } = this.source;
    // Only what is seen of it: a part of the picture, in its own pixels, as wide as the stage.
    const x0 = Math.max(0, Math.floor(-view.left / view.scale));
    const y0 = Math.max(0, Math.floor(-view.top / view.scale));
    const x1 = Math.min(width, Math.ceil((stage.width - view.left) / view.scale));
    const y1 = Math.min(height, Math.ceil((stage.height - view.top) / view.scale));
    if (x1 <= x0 || y1 <= y0) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const part = { x: x0, y: y0, right: x1, bottom: y1 };
    const { image, x, y, right, bottom, sharp } = this.#drawn(enough, part);
    const across = (image.naturalWidth ?? image.width) / (right - x);
    const down = (image.naturalHeight ?? image.height) / (bottom - y);
    context.imageSmoothingEnabled = view.scale < PIXELATED || !sharp;
    context.drawImage(
      image, (x0 - x) * across, (y0 - y) * down, (x1 - x0) * across, (y1 - y0) * down,
      view.left + x0 * view.scale, view.top + y0 * view.scale, (x1 - x0) * view.scale, (y1 - y0) * view.scale,
    );
  }

  /** What is drawn from, and which part of the picture it is: a whole copy; or of a very large one a piece, once it is cut. */
  #drawn({ image, side }, part) {
    const { width, height } = this.source;
    const whole = (one) => ({ image: one.image, x: 0, y: 0, right: width, bottom: height, sharp: one.side >= this.side });
    if (pixelsOf(image) <= BIG) return whole({ image, side });
    const piece = this.#piece;
    if (piece?.side === side && piece.x <= part.x && piece.y <= part.y && piece.right >= part.right && piece.bottom >= part.bottom) return piece;
    this.#cut({ image, side }, part);
    return whole(this.#drawables.findLast((one) => pixelsOf(one.image) <= BIG) ?? { image, side });
  }

  #cut({ image, side }, part) {
    if (this.#cutting || (part.right - part.x) * (part.bottom - part.y) > BIG) return;
    this.#cutting = true;
    const asked = this.#current;
    const { width, height } = this.source;
    const [across, down] = [(image.naturalWidth ?? image.width) / width, (image.naturalHeight ?? image.height) / height];
    const [more, deeper] = [part.right - part.x, part.bottom - part.y].map((length) => Math.max(256, Math.round(length / 2)));
    const x = Math.max(0, part.x - more);
    const y = Math.max(0, part.y - deeper);
    const right = Math.min(width, part.right + more);
    const bottom = Math.min(height, part.bottom + deeper);
    createImageBitmap(image, Math.round(x * across), Math.round(y * down), Math.round((right - x) * across), Math.round((bottom - y) * down)).then((cut) => {
      if (asked !== this.#current) return cut.close();
      this.#piece?.image.close();
      this.#piece = { image: cut, side, x, y, right, bottom, sharp: side >= this.side };
      this.#cutting = false;
      this.changed();
    }, () => { this.#cutting = false; });
  }

  /** Loads the next copy that suffices, at last the picture itself. */
  #sharpen(needed) {
    const best = this.#drawables.at(-1).side;
    const sides = [...this.source.copies ?? [], this.side].filter((side) => side > best && !this.#failed.has(side));
    const side = sides.find((one) => one >= needed) ?? sides.at(-1);
    if (!side || this.#loading >= side) return;
    this.#loading = side;
    const asked = this.#current;
    const url = side === this.side ? this.source.url : `${this.source.url}?w=${side}`;
    decoded(url).then((image) => {
      if (asked !== this.#current) return image.close();
      this.#drawables = [...this.#drawables, { side: Math.max(image.width, image.height), image }].sort((a, b) => a.side - b.side);
      this.#loading = 0;
      this.changed();
    }, () => {
      if (asked !== this.#current) return;
      this.#loading = 0;
      this.#failed.add(side); // what is there is shown on, and another one may do
      this.changed();
    });
  }
}

const pixelsOf = (image) => (image.naturalWidth ?? image.width) * (image.naturalHeight ?? image.height);

async function decoded(url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`The picture did not load (${answer.status}).`);
  return createImageBitmap(await answer.blob(), { imageOrientation: "from-image" });
}
