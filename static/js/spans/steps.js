/* Where a cursor may stand in a text: between letters as people see them (grapheme clusters), and at words, by
   Intl.Segmenter, which also knows words in scripts without spaces. Offsets are UTF-16 units. Paragraph by paragraph,
   and from where it is asked, so that a long text costs no more than a short one. */

const STOP = /[^\s\p{P}]/u; // what a word holds, or an emoji, and punctuation does not
const BLANK = /^\s+$/u;
const STRONG_RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Whether a text runs from right to left: by its first letter, as dir="auto" does; null without letters. */
export function isRtl(text) {
  const first = /\p{L}/u.exec(text)?.[0];
  return first === undefined ? null : STRONG_RTL.test(first);
}

export class Steps {
  #segments = new Map(); // paragraph's start → {grapheme, word}
  #letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  #words = new Intl.Segmenter(undefined, { granularity: "word" });

  constructor(text) {
    this.text = text;
    this.paragraphs = [0]; // where each starts; a line break belongs to the paragraph that it ends
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) this.paragraphs.push(at + 1);
  }

  get length() { return this.text.length; }

  /** {start, end, text} of the paragraph around an offset. */
  paragraph(offset) {
    let low = 0;
    let high = this.paragraphs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.paragraphs[middle] <= offset) low = middle; else high = middle - 1;
    }
    const start = this.paragraphs[low];
    const end = this.paragraphs[low + 1] ?? this.length;
    return { start, end, text: this.text.slice(start, end) };
  }

  /** Whether the paragraph runs from right to left, or the part of it up to `end`, as far as that has letters. */
  isRtl(offset, end = offset) { return isRtl(this.text.slice(offset, end)) ?? isRtl(this.paragraph(offset).text) ?? false; }

  /** The letter (cluster) or word segment that covers `offset`: {start, end, text, word}; null at the end of the text. */
  #at(offset, granularity) {
    if (offset < 0 || offset >= this.length) return null;
    const paragraph = this.paragraph(offset);
    let kept = this.#segments.get(paragraph.start);
    if (!kept) {
      kept = { grapheme: this.#letters.segment(paragraph.text), word: this.#words.segment(paragraph.text) };
      this.#segments.set(paragraph.start, kept);
    }
    const { index, segment } = kept[granularity].containing(offset - paragraph.start);
    const start = paragraph.start + index;
    return { start, end: start + segment.length, text: segment };
  }

  /** The offset itself between two letters, else the start of the letter around it (or its end). */
  snap(offset, outwards = false) {
    const letter = this.#at(offset, "grapheme");
    if (!letter || letter.start === offset) return Math.max(0, Math.min(offset, this.length));
    return outwards ? letter.end : letter.start;
  }

  letter(offset, by) {
    const letter = by > 0 ? this.#at(this.snap(offset), "grapheme") : this.#at(offset - 1, "grapheme");
    return letter ? (by > 0 ? letter.end : letter.start) : Math.max(0, Math.min(offset, this.length));
  }

  /** The word at the cursor: around it, or right before it; {start, end}, or null where there is none. */
  word(offset) {
    for (const place of [offset, offset - 1]) {
      const found = this.#at(place, "word");
      if (found && STOP.test(found.text)) return { start: this.snap(found.start), end: this.snap(found.end, true) };
    }
    return null;
  }

  /** The next place of a cursor that moves word by word: starts of words, and the text's two ends.
      `ends`: their ends instead when it goes forward, as a selection grows. */
  wordwise(offset, by, ends = false) {
    if (by > 0) {
      for (let part = this.#at(offset, "word"); part; part = this.#at(part.end, "word")) {
        if (!STOP.test(part.text)) continue;
        if (ends) return this.snap(part.end, true);
        if (part.start > offset) return this.snap(part.start, true);
      }
      return this.length;
    }
    for (let part = this.#at(offset - 1, "word"); part; part = this.#at(part.start - 1, "word")) {
      if (STOP.test(part.text)) return this.snap(part.start);
    }
    return 0;
  }

  /** A range brought to whole letters, without white space at its ends; null where nothing is left. */
  trim(one, other) {
    let start = this.snap(Math.min(one, other));
    let end = this.snap(Math.max(one, other), true);
    for (let part = this.#at(start, "grapheme"); part && start < end && BLANK.test(part.text); part = this.#at(start, "grapheme")) start = part.end;
    for (let part = this.#at(end - 1, "grapheme"); part && start < end && BLANK.test(part.text); part = this.#at(end - 1, "grapheme")) end = part.start;
    return start < end ? { start, end } : null;
  }

  /** One end of a span a step further, over white space to the next letter; null where it would leave nothing or the text. */
  nudge({ start, end }, side, by, letters) {
    let at = side === "start" ? start : end;
    do {
      const next = letters ? this.letter(at, by) : this.#edge(at, side, by);
      if (next === at) return null;
      at = next;
    } while (this.#blank(side === "start" ? at : at - 1));
    const moved = side === "start" ? { start: at, end } : { start, end: at };
    return moved.start < moved.end ? moved : null;
  }

  /** Starts move from start of word to start of word, ends from end to end. */
  #edge(at, side, by) {
    if (side === "start") {
      const next = this.wordwise(at, by);
      return by > 0 && next === this.length ? at : next;
    }
    if (by > 0) return this.wordwise(at, 1, true);
    for (let part = this.#at(at - 1, "word"); part; part = this.#at(part.start - 1, "word")) {
      if (STOP.test(part.text) && part.end < at) return this.snap(part.end);
    }
    return at;
  }

  #blank(offset) {
    const part = this.#at(offset, "grapheme");
    return part !== null && BLANK.test(part.text);
  }
}
