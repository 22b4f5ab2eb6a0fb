/* Keys of one's own, history and search: rules that need no browser. Run by tests/web/test_scripts.py. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { clockTime } from "../../static/js/audio/time.js";
import { pathOf, peaksOf } from "../../static/js/audio/wave.js";
import { fold, matches, readable } from "../../static/js/label/find-records.js";
import { placesOf } from "../../static/js/label/find-text.js";
import { eventOf, pressedKey, shownKey } from "../../static/js/label/keynames.js";
import { refusal } from "../../static/js/label/own-keys.js";
import { merge } from "../../static/js/label/recent.js";

const table = JSON.parse(readFileSync(new URL("../accounts/keys.json", import.meta.url)));
const UNDO = { id: "undo", does: "take back", keys: ["u", "backspace"] };
const GUIDE = { id: "guidelines", does: "guidelines", keys: ["g"] };
const TYPING = { id: "submit.typing", does: "submit while typing", keys: ["ctrl+enter"], typing: true };
const FIRST = { id: "answer.1", does: "answer 1", keys: ["1"], answers: true };
const HEARD = { id: "audio.back", does: "3 seconds back", keys: ["j"], yields: true };
const SHOWN = { id: "all", does: "choose all", keys: ["w"], yields: true, here: true };
const ACTIONS = [UNDO, GUIDE, TYPING, FIRST, HEARD, SHOWN];
const why = (key, action) => refusal(key, action, ACTIONS, (id) => ACTIONS.find((one) => one.id === id).keys);

test("the page takes for a key what the server does", () => {
  for (const key of table.good) if (!["ctrl+enter", "backspace"].includes(key)) assert.equal(why(key, UNDO), null, key);
  for (const key of table.bad) assert.match(why(key, UNDO), /needed elsewhere/, key);
});

test("clashes, digits and keys that would be typed are refused in words", () => {
  assert.equal(why("g", UNDO), "G is the key of “guidelines”. Change or switch off that one first.");
  assert.equal(why("u", UNDO), null); // its own
  assert.equal(why("j", UNDO), null); // of another kind of project
  assert.equal(why("w", UNDO), "W is the key of “choose all”. Change or switch off that one first.");
  assert.equal(why("7", UNDO), "Digits choose answers. Take another key.");
  assert.equal(why("7", FIRST), null);
  assert.equal(why("q", TYPING), "This one works while you type, so its key needs Alt with it.");
});

test("a pressed key has one name on every system, and the name makes the key again", () => {
  assert.equal(pressedKey({ key: "π", code: "KeyP", altKey: true }), "alt+p"); // what Alt writes on some systems
  assert.equal(pressedKey({ key: "p", code: "KeyR", altKey: true }), "alt+p"); // Dvorak
  assert.equal(pressedKey({ key: " ", code: "Space", ctrlKey: true }), "ctrl+space");
  assert.equal(pressedKey({ key: "&", code: "Digit1" }), "1"); // AZERTY
  assert.equal(pressedKey({ key: "Enter", shiftKey: true }), null);
  assert.equal(pressedKey({ key: "@", code: "KeyQ", altKey: true, ctrlKey: true }), null); // AltGr
  for (const key of table.good) assert.equal(pressedKey(eventOf(key)), key);
  assert.deepEqual(eventOf("delete"), { key: "Delete", code: "Delete", altKey: false, ctrlKey: false });
  assert.deepEqual(["u", "enter", "space", "alt+p", "ctrl+enter", "+"].map(shownKey), ["U", "⏎", "Space", "Alt+P", "Ctrl+⏎", "+"]);
});

const record = (id, more = {}) => ({ assignment: { id, example: { key: `e${id}`, data: { text: `Text ${id}` } } }, words: "Positive", comment: "", tags: [], ...more });

test("what the server remembers comes first, and what it does not have yet stays at the end", () => {
  const ids = (records) => records.map(({ assignment }) => assignment.id);
  assert.deepEqual(ids(merge([record(3), record(4, { entry: "x" })], [record(1), record(2), record(3)])), [1, 2, 3, 4]);
  assert.deepEqual(ids(merge([record(1, { entry: "x" }), record(2)], [record(1), record(2)])), [2, 1]); // revised, unsent
  assert.deepEqual(ids(merge([record(9, { entry: null })], [record(1)])), [1, 9]); // its receipt came while the server counted
  const fifty = Array.from({ length: 50 }, (_, place) => record(place + 10));
  assert.deepEqual(ids(merge([record(1), record(12)], fifty)), ids(fifty));
  const [whole] = merge([record(3)], [{ ...record(3, { cut: true, words: "Negative" }), assignment: { id: 3, example: { key: "e3", data: { text: "Te" } } } }]);
  assert.deepEqual([whole.cut, whole.words, whole.assignment.example.data.text], [false, "Negative", "Text 3"]); // what is here whole stays whole
  assert.equal(merge([record(99, { entry: "x" })], fifty).length, 50);
});

test("a label is found by its text, key, answer, tags and comment, without accents and in any order", () => {
  const one = record(7, { comment: "Une École?", tags: ["borderline"] });
  const text = readable([{ field: "text", as: "text" }, { field: "picture", as: "image" }]);
  for (const wanted of ["ecole", "e7", "positive", "text positive", "border", "7 une"]) assert.ok(matches(one, fold(wanted), text), wanted);
  assert.equal(matches(one, fold("negative"), text), false);
  assert.equal(readable([{ field: "turns", as: "dialogue" }])({ data: { turns: [{ who: "A", text: "Hello" }, null, 5] } }), "A Hello  5");
});

test("words are found whatever their case, one after the other", () => {
  assert.deepEqual(placesOf("Mixed, or unmixed: MIXED", "mixed"), [0, 12, 19]);
  assert.deepEqual(placesOf("aaaa", "aa"), [0, 2]);
  assert.deepEqual(placesOf("anything", ""), []);
  assert.deepEqual(placesOf("(.*)", ".*"), [1]);
  assert.equal(placesOf("a".repeat(2000), "a").length, 500);
});

test("the picture of a sound shows its loudest places at full height, and silence as a line", () => {
  const peaks = peaksOf(Float32Array.from({ length: 1000 }, (_, at) => (at < 500 ? 0.1 : -0.4)), 4);
  assert.deepEqual([...peaks].map((peak) => peak.toFixed(2)), ["0.25", "0.25", "1.00", "1.00"]);
  assert.deepEqual([...peaksOf(new Float32Array(100), 3)], [0, 0, 0]);
  assert.deepEqual([...peaksOf(new Float32Array(0), 2)], [0, 0]);
  assert.match(pathOf(peaks), /^M0 50L125\.0 38\.0L.*Z$/);
});

test("time in a sound", () => {
  assert.deepEqual([clockTime(0, 1), clockTime(83.27), clockTime(83.27, 1), clockTime(3723), clockTime(59.99, 1), clockTime(0.3, 1)], ["0:00.0", "1:23", "1:23.2", "1:02:03", "0:59.9", "0:00.3"]);
});
