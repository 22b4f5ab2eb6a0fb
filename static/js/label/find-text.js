/* Finds words inside an element and marks them, as the browser's own search would: all of them, and the one that one is at.
   Marks are highlights over the text where the browser has them (CSS Custom Highlight API), else nothing but the scrolling. */

const MOST = 500; // marks; nobody steps through more
const marks = globalThis.Highlight && CSS.highlights;

/** The places of `wanted` in `text`, whatever the case, not overlapping: [start]. Pure. */
export function placesOf(text, wanted) {
  const [hay, needle] = [text.toLowerCase(), wanted.toLowerCase()];
  const found = [];
  if (!needle || hay.length !== text.length) return found; // a capital that has no single small letter, like İ
  for (let at = hay.indexOf(needle); at !== -1 && found.length < MOST; at = hay.indexOf(needle, at + needle.length)) found.push(at);
  return found;
}

export class Finder {
  #ranges = [];
  at = 0;

  constructor(root) { this.root = root; }

  get count() { return this.#ranges.length; }

  /** Marks every place of these words and goes to the first one. */
  find(typed) {
    const wanted = typed.trim();
    this.#ranges = wanted ? this.#search(wanted) : [];
    this.at = 0;
    this.#show();
  }

  /** To the next one, or with −1 to the one before; round at the ends. */
  step(by) {
    if (!this.count) return;
    this.at = (this.at + by + this.count) % this.count;
    this.#show();
  }

  #search(wanted) {
    const nodes = document.createTreeWalker(this.root, NodeFilter.SHOW_TEXT);
    const ranges = [];
    for (let node = nodes.nextNode(); node && ranges.length < MOST; node = nodes.nextNode()) {
      for (const start of placesOf(node.data, wanted)) {
        const range = new Range();
        range.setStart(node, start);
        range.setEnd(node, start + wanted.length);
        ranges.push(range);
      }
    }
    return ranges;
  }

  #show() {
    const here = this.#ranges[this.at];
    if (marks) {
      marks.set("found", new Highlight(...this.#ranges.filter((range) => range !== here)));
      marks.set("found-here", new Highlight(...(here ? [here] : [])));
    }
    here?.startContainer.parentElement.scrollIntoView({ block: "center" });
  }
}
