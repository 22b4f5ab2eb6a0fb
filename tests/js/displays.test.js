/* Tables, dialogues and numbers as people write them. Run by tests/web/test_scripts.py. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { tableOf, turnsOf } from "../../static/js/displays/shapes.js";
import { timeMark } from "../../static/js/kinds/text.js";
import { rangeWords, readNumber, step } from "../../static/js/kinds/numbers.js";

const shapes = JSON.parse(readFileSync(new URL("../shapes.json", import.meta.url)));
const plain = ({ head, rows }) => ({ head, rows: rows.map(({ name, cells }) => [name, ...cells.map(({ text, number }) => text + (number ? "#" : ""))]) });

test("each shape of a table is read as the leads' pages read it", () => {
  for (const { given, head, rows } of shapes.tables) assert.deepEqual(plain(tableOf(given)), { head, rows });
  for (const given of shapes.no_tables) assert.equal(tableOf(given), null, JSON.stringify(given));
});

test("each shape of a dialogue is read as the leads' pages read it", () => {
  for (const { given, turns } of shapes.dialogues) assert.deepEqual(turnsOf(given)?.map(({ who, said }) => [who, said]), turns);
  for (const given of shapes.no_dialogues) assert.equal(turnsOf(given), null, JSON.stringify(given));
});

test("a number is read with a comma or a point, and refused where it can be read in two ways", () => {
  const read = (text) => readNumber(text).value;
  assert.deepEqual(["12", " 12,5 ", "12.5", ".5", "−3", "-0", "0,125", "12.345", "1234,5"].map(read), [12, 12.5, 12.5, 0.5, -3, 0, 0.125, 12.345, 1234.5]);
  assert.deepEqual(readNumber(""), { value: null, why: null });
  for (const text of ["twelve", "1,2,3", "1.2.3", "1e5", "Infinity", "NaN", "0x10", "--1", "1 2"]) {
    assert.deepEqual(readNumber(text), { value: null, why: "The answer is a number, like 12.5." });
  }
  assert.equal(readNumber("1,234").why, "1,234 can be read in two ways: write 1234 or 1.234.");
});

test("arrows step by one or by the last decimal, and stay within the limits", () => {
  assert.equal(step("", 1, {}), "0");
  assert.equal(step("", 1, { low: 3 }), "3");
  assert.equal(step("", -1, { high: -3 }), "-3");
  assert.equal(step("4", 1, { low: 0, high: 10 }), "5");
  assert.equal(step("9.5", 10, { low: 0, high: 10 }), "10");
  assert.equal(step("0,2", 1, {}), "0.3");
  assert.equal(step("0.5", -1, { low: 0, high: 1 }), "0.4");
  assert.equal(step("1", 1, { low: 0, high: 1 }), "1");
});

test("limits are said as the server says them", () => {
  assert.equal(rangeWords({ low: 0, high: 10 }), "between 0 and 10");
  assert.equal(rangeWords({ low: 0 }), "0 or more");
  assert.equal(rangeWords({ high: 10 }), "10 or less");
});

test("a time is marked to the tenth that has begun", () => {
  assert.deepEqual([0, 1.26, 59.99, 83.27, 3725.3].map(timeMark), ["[00:00.0]", "[00:01.2]", "[00:59.9]", "[01:23.2]", "[62:05.3]"]);
});
