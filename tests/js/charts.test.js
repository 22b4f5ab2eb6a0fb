/* What charts are saved as, and where names on a curve go: rules that need no browser. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { apart, onAxis } from "../../static/js/charts/curve.js";
import { cell, csv, fileName, inWords, plain, table } from "../../static/js/charts/files.js";
import { lines } from "../../static/js/charts/standalone.js";

const percent = (value) => `${Math.round(value * 100)} %`;

test("a file's name says the project, the question, what it shows and the day", () => {
  const day = new Date(2026, 10, 5);
  assert.equal(fileName(["reviews", "sentiment", "Alpha by week"], "svg", day), "reviews-sentiment-alpha-by-week-2026-11-05.svg");
  assert.equal(fileName(["reviews", undefined, "Alpha"], "png", day), "reviews-alpha-2026-11-05.png");
});

test("a name has nothing in it that a file system refuses, keeps its script's letters and an end", () => {
  assert.equal(plain("../a:b\\c?  Größe 評価!"), "a-b-c-größe-評価");
  assert.equal(plain("x".repeat(90)).length, 60);
  assert.equal(plain("***"), "");
});

test("cells of text are no formulas to a spreadsheet, and numbers stay numbers", () => {
  assert.deepEqual(["=1+1", "+x", "-x", "@x", "\tx"].map(cell), ["'=1+1", "'+x", "'-x", "'@x", "'\tx"]);
  assert.equal(cell(-0.25), "-0.25");
  assert.equal(cell(null), "");
  assert.equal(cell('a "b", c'), '"a ""b"", c"');
});

test("the numbers of each kind of chart have their table", () => {
  const rows = [{ name: "=ada", value: 0.5, low: 0.4, high: 0.6 }, { name: "ben", value: -1 }];
  assert.equal(csv(table({ kind: "dots", rows })), "name,value,low,high\r\n'=ada,0.5,0.4,0.6\r\nben,-1,,\r\n");
  const data = { kind: "curve", series: [{ name: "a", points: [{ x: 1, value: 2 }] }], points: [{ x: 3, y: 4, name: "now" }] };
  assert.equal(csv(table(data)), "series,x,value,low,high\r\na,1,2,,\r\nnow,3,4,,\r\n");
});

test("the description holds the numbers, and says how many it leaves out", () => {
  const row = { name: "ada", value: 0.5, low: 0.4, high: 0.6 };
  assert.equal(inWords({ kind: "dots", rows: [row] }, percent), "ada: 50 % [40 %–60 %]");
  assert.match(inWords({ kind: "dots", rows: Array(70).fill(row) }, percent), /; and 10 more$/);
});

test("names that would lie on each other are moved apart, in their order and within the drawing", () => {
  assert.deepEqual(apart([50, 20], 0, 100), [50, 20]);
  assert.deepEqual(apart([50, 52, 51], 0, 100), [50, 78, 64]);
  assert.deepEqual(apart([95, 96], 0, 100), [86, 100]);
});

test("long titles go over several lines, a long word keeps its own", () => {
  const measure = (text) => text.length;
  assert.deepEqual(lines("one two three", 7, measure), ["one two", "three"]);
  assert.deepEqual(lines("enormously long", 4, measure), ["enormously", "long"]);
});

test("numbers on the axis are written as on the page", () => {
  assert.deepEqual([1200, 2.5, -3].map(onAxis), ["1,200", "2.5", "−3"]);
});
