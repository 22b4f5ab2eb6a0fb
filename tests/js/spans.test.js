/* What marking spans rests on and needs no browser: offsets in two countings, places of a cursor, and edits of spans. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { inWords, levelsOf, Marks } from "../../static/js/spans/marks.js";
import { pointsOf } from "../../static/js/spans/points.js";
import { isRtl, Steps } from "../../static/js/spans/steps.js";

const FAMILY = "👨‍👩‍👧";
const FLAG = "🇩🇪";
const E = "e\u0301\u0302"; // with two accents of its own
const SAMPLES = ["a", "Ω", "é", E, "字", "𠮷", FAMILY, FLAG, "👍🏽", " ", "\n", "\r\n", "\u00a0", "שׁ", "לֶ", "ب", "ा", "क्षि", "\u200d", "\ud83d", ".", "“", "-", "1"];

/** A seeded stream of 0 ≤ n < limit (mulberry32). */
function chance(seed) {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const texts = (count, length) => Array.from({ length: count }, (_, seed) => {
  const pick = chance(seed + 1);
  return Array.from({ length: pick(length) }, () => SAMPLES[pick(SAMPLES.length)]).join("");
});

const cut = (text, one, other) => [...text].slice(one, other).join(""); // by code points

test("offsets in code points and in units say the same, there and back, in any text", () => {
  for (const text of texts(300, 40)) {
    const points = pointsOf(text);
    assert.equal(points.length, [...text].length);
    let unit = 0;
    [...text, ""].forEach((letter, point) => {
      assert.equal(points.toPoint(unit), point);
      assert.equal(points.toUnit(point), unit);
      unit += letter.length;
    });
  }
});

test("a unit inside a pair counts as the pair's start, and half a pair alone as one code point", () => {
  const points = pointsOf("a𠮷b");
  assert.deepEqual([0, 1, 2, 3, 4].map(points.toPoint), [0, 1, 1, 2, 3]);
  assert.equal(pointsOf("\ud83da").length, 2);
  assert.equal(pointsOf("\ud83da").toPoint(1), 1);
});

test("what is trimmed lies between letters, starts and ends with one, and holds all of what was meant", () => {
  const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  for (const [seed, text] of texts(300, 30).entries()) {
    const edges = new Set([text.length]);
    let paragraph = 0; // clusters do not cross line breaks
    for (const line of text.split(/(?<=\n)/)) {
      for (const { index } of letters.segment(line)) edges.add(paragraph + index);
      paragraph += line.length;
    }
    const steps = new Steps(text);
    const pick = chance(seed + 77);
    for (let round = 0; round < 10; round++) {
      const [one, other] = [pick(text.length + 1), pick(text.length + 1)];
      const range = steps.trim(one, other);
      if (!range) continue;
      assert.ok(edges.has(range.start) && edges.has(range.end), JSON.stringify([text, one, other, range]));
      const meant = text.slice(Math.min(one, other), Math.max(one, other)).trim();
      assert.ok(text.slice(range.start, range.end).includes(meant), JSON.stringify([text, one, other, range]));
      assert.doesNotMatch(text.slice(range.start, range.end), /^\s[^\p{M}\u200d]|[^\s]\s$/u);
    }
  }
});

test("a cursor that goes letter by letter forward stands at every place that it stands at going back", () => {
  for (const text of texts(200, 30)) {
    const steps = new Steps(text);
    const there = [0];
    while (there.at(-1) < text.length) there.push(steps.letter(there.at(-1), 1));
    const back = [text.length];
    while (back.at(-1) > 0) back.push(steps.letter(back.at(-1), -1));
    assert.deepEqual(back.reverse(), there, JSON.stringify(text));
  }
});

test("a cursor that goes word by word always moves on and comes to both ends", () => {
  for (const text of texts(200, 40)) {
    const steps = new Steps(text);
    for (const ends of [false, true]) {
      for (let at = 0; at < text.length;) {
        const next = steps.wordwise(at, 1, ends);
        assert.ok(next > at, JSON.stringify([text, at]));
        at = next;
      }
    }
    for (let at = text.length; at > 0;) {
      const next = steps.wordwise(at, -1);
      assert.ok(next < at, JSON.stringify([text, at]));
      at = next;
    }
  }
});

const words = (text) => {
  const steps = new Steps(text);
  const found = [];
  for (let at = 0; at < text.length; at = steps.wordwise(at, 1)) {
    const word = steps.word(at);
    if (word && word.start === at) found.push(text.slice(word.start, word.end));
  }
  return found;
};

test("words are words, emoji and what scripts without spaces call words, and never punctuation", () => {
  assert.deepEqual(words("“Well,” she said – no."), ["Well", "she", "said", "no"]);
  assert.deepEqual(words(`Hi ${FAMILY}${FLAG} né`), ["Hi", FAMILY, FLAG, "né"]);
  assert.deepEqual(words("東京に住む。"), ["東京", "に", "住む"]);
  assert.deepEqual(words("שלום, עולם"), ["שלום", "עולם"]);
  assert.deepEqual(words(`caf${E} au lait`), [`caf${E}`, "au", "lait"]);
});

test("the word at the cursor is the one around it or right before it", () => {
  const steps = new Steps("Ada met, Ben");
  assert.deepEqual([0, 2, 3, 4, 7].map((at) => steps.word(at)), [{ start: 0, end: 3 }, { start: 0, end: 3 }, { start: 0, end: 3 }, { start: 4, end: 7 }, { start: 4, end: 7 }]);
  assert.equal(steps.word(8), null);
  assert.equal(new Steps("").word(0), null);
});

test("an end of a span goes over white space to the next letter, and never leaves nothing", () => {
  const steps = new Steps("Ada  met Ben");
  assert.deepEqual(steps.nudge({ start: 0, end: 3 }, "end", 1, true), { start: 0, end: 6 });
  assert.deepEqual(steps.nudge({ start: 0, end: 6 }, "end", -1, true), { start: 0, end: 3 });
  assert.deepEqual(steps.nudge({ start: 0, end: 3 }, "end", 1, false), { start: 0, end: 8 });
  assert.deepEqual(steps.nudge({ start: 0, end: 8 }, "end", -1, false), { start: 0, end: 3 });
  assert.deepEqual(steps.nudge({ start: 5, end: 8 }, "start", -1, false), { start: 0, end: 8 });
  assert.deepEqual(steps.nudge({ start: 0, end: 8 }, "start", 1, false), { start: 5, end: 8 });
  assert.equal(steps.nudge({ start: 0, end: 3 }, "end", -1, false), null);
  assert.equal(steps.nudge({ start: 9, end: 12 }, "end", 1, true), null);
  assert.equal(steps.nudge({ start: 11, end: 12 }, "start", 1, true), null);
});

test("nudged ends stay between letters and off white space, whatever the text", () => {
  for (const [seed, text] of texts(200, 30).entries()) {
    const steps = new Steps(text);
    const pick = chance(seed + 5);
    const span = steps.trim(pick(text.length + 1), pick(text.length + 1));
    if (!span) continue;
    for (const side of ["start", "end"]) for (const by of [1, -1]) for (const letter of [true, false]) {
      const moved = steps.nudge(span, side, by, letter);
      if (!moved) continue;
      assert.ok(moved.start < moved.end);
      assert.equal(steps.snap(moved.start), moved.start);
      assert.equal(steps.snap(moved.end), moved.end);
      assert.deepEqual(steps.trim(moved.start, moved.end), moved, JSON.stringify([text, span, side, by, letter, moved]));
    }
  }
});

test("a paragraph runs as its first letter does", () => {
  assert.equal(isRtl("שלום world"), true);
  assert.equal(isRtl("12. مرحبا"), true);
  assert.equal(isRtl("hello שלום"), false);
  assert.equal(isRtl("12 %"), null);
  const steps = new Steps("one\nשתיים\nthree");
  assert.deepEqual([0, 5, 11].map((at) => steps.isRtl(at)), [false, true, false]);
});

test("a long paragraph costs a step no more than a short one", () => {
  const steps = new Steps("The quick brown fox 世界 jumps. ".repeat(7000)); // 210,000 units in one line
  steps.wordwise(0, 1);
  const began = performance.now();
  for (let at = 100_000, round = 0; round < 200; round++) at = steps.wordwise(at, 1);
  assert.ok(performance.now() - began < 400); // 0.5 ms as measured, times a loaded machine
});

test("a span that overlaps is refused, and what was there stays; where they may, it nests", () => {
  const flat = new Marks({ overlap: false });
  const { span } = flat.add(0, 10, "A");
  assert.deepEqual(flat.add(5, 12, "B"), { why: "overlap", other: span });
  assert.deepEqual(flat.spans, [span]);
  assert.equal(flat.add(10, 12, "B").span.start, 10); // touching is no overlap
  assert.deepEqual(flat.change(span, { end: 11 }).why, "overlap");
  const nested = new Marks({ overlap: true });
  nested.add(0, 10, "A");
  assert.ok(nested.add(2, 5, "B").span);
  assert.ok(nested.add(0, 10, "B").span);
  assert.equal(nested.add(0, 10, "A").why, "same");
  assert.deepEqual(nested.spans.map(({ start, end, class: name }) => [start, end, name]), [[0, 10, "A"], [0, 10, "B"], [2, 5, "B"]]);
});

test("every edit can be undone and done again, and a new one forgets what was undone", () => {
  const marks = new Marks();
  assert.equal(marks.undo(), false);
  const { span } = marks.add(0, 3, "A");
  const changed = marks.change(span, { name: "B" }).span;
  marks.remove(changed);
  assert.equal(marks.answered, false);
  assert.equal(marks.sayNothing(), true);
  const seen = [];
  while (marks.undo()) seen.push(`${marks.spans.map((part) => part.class)}${marks.nothing}`);
  assert.deepEqual(seen, ["false", "Bfalse", "Afalse", "false"]);
  assert.ok(marks.redo() && marks.redo());
  assert.deepEqual(marks.spans, [changed]);
  marks.add(5, 6, "A");
  assert.equal(marks.redo(), false);
});

test("nothing to mark is said outright, never beside spans, and taken back by a span", () => {
  const marks = new Marks();
  marks.add(0, 3, "A");
  assert.equal(marks.sayNothing(), false);
  assert.equal(marks.nothing, false);
  marks.reset([]);
  assert.deepEqual([marks.nothing, marks.answered], [true, true]);
  marks.add(0, 3, "A");
  assert.equal(marks.nothing, false);
  marks.reset(null);
  assert.deepEqual([marks.nothing, marks.answered, marks.undoable], [false, false, false]);
});

test("lines of spans that overlap lie below each other, and those that do not share a row", () => {
  const spans = [[0, 10], [0, 4], [5, 8], [10, 12], [11, 14]].map(([start, end]) => ({ start, end }));
  assert.deepEqual([...levelsOf(spans).values()], [0, 1, 1, 0, 1]);
});

test("an answer in words counts its classes, the most frequent first", () => {
  const nameOf = (key) => ({ PER: "Person", LOC: "Place" })[key] ?? key;
  const of = (...names) => names.map((name, start) => ({ start, end: start + 1, class: name }));
  assert.equal(inWords(of("PER", "LOC", "LOC"), nameOf), "3 spans: Place 2, Person 1");
  assert.equal(inWords(of("PER"), nameOf), "1 span: Person 1");
  assert.equal(inWords([], nameOf), "No span");
});

test("the parts of a text that an answer names are what was marked, counted as the server counts", () => {
  const text = `Ada ${FAMILY} met ${FLAG} 𠮷田 in caf${E}`;
  const { toPoint } = pointsOf(text);
  const steps = new Steps(text);
  for (const part of ["Ada", FAMILY, FLAG, "𠮷", `caf${E}`]) {
    const at = text.indexOf(part);
    const range = steps.trim(at, at + part.length);
    assert.equal(cut(text, toPoint(range.start), toPoint(range.end)), part);
  }
});
