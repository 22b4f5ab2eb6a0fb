/* The labelling screen's rules that need no browser. Run by tests/web/test_scripts.py. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Clock, IDLE } from "../../static/js/label/clock.js";
import { digitOf, nameOf } from "../../static/js/label/keys.js";
import { Outbox } from "../../static/js/label/outbox.js";
import { pause } from "../../static/js/label/sender.js";
import { judge } from "../../static/js/label/state.js";
import { Stock } from "../../static/js/label/stock.js";
import { brief, count, uuid } from "../../static/js/label/words.js";

function clockAt() {
  const clock = new Clock(() => clock.time);
  clock.time = 0;
  return clock;
}

test("active seconds count the time between signs of life, and at most 30 s after the last one", () => {
  const clock = clockAt();
  clock.start();
  clock.time = 4000;
  assert.equal(clock.seconds, 4);
  clock.touch();
  clock.time += 10 * 60_000; // went for a coffee
  assert.equal(clock.seconds, 4 + IDLE / 1000);
  assert.equal(clock.awake, false);
  clock.touch();
  clock.time += 1500;
  assert.equal(clock.seconds, 4 + IDLE / 1000 + 1.5);
});

test("the time in which the tab is hidden does not count, however often it is looked at meanwhile", () => {
  const clock = clockAt();
  clock.start(2.5); // begun before a reload
  clock.time = 1000;
  clock.pause();
  clock.time = 9000;
  clock.touch();
  assert.equal(clock.seconds, 3.5);
  clock.resume();
  clock.time = 9500;
  assert.equal(clock.seconds, 4);
});

test("digits are read from the key, and from its place where the row of digits needs Shift", () => {
  assert.equal(digitOf({ key: "1", code: "Digit1" }), 1);
  assert.equal(digitOf({ key: "&", code: "Digit1" }), 1); // AZERTY
  assert.equal(digitOf({ key: "1", code: "Digit1", shiftKey: true }), 1); // AZERTY with Shift
  assert.equal(digitOf({ key: "!", code: "Digit1", shiftKey: true }), null); // QWERTY with Shift
  assert.equal(digitOf({ key: "7", code: "Numpad7" }), 7);
  assert.equal(digitOf({ key: "Home", code: "Numpad7" }), null); // without Num Lock
  assert.equal(digitOf({ key: "a", code: "KeyA" }), null);
});

test("letters keep their place on keyboards of other scripts, and other keys their name", () => {
  assert.equal(nameOf({ key: "U", code: "KeyU" }), "u");
  assert.equal(nameOf({ key: "г", code: "KeyU" }), "u");
  assert.equal(nameOf({ key: "?", code: "Slash" }), "?");
  assert.equal(nameOf({ key: "Enter", code: "Enter" }), "enter");
});

test("after a failure it is tried again in 1, 2, 4 … 30 seconds, each up to a fifth later", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 60].map((failures) => pause(failures, () => 0)), [1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  assert.equal(pause(1, () => 1), 1200);
});

const entry = (more = {}) => ({ example: { key: "e1" }, at: new Date(0).toISOString(), refused: null, ...more });
const judged = (entries, more = {}) => judge({ entries, trouble: null, lasting: true, now: 5000, ...more });

test("the state is one of three, and changes only for what waited more than a second", () => {
  assert.equal(judged([]).words, "Saved");
  const soon = judged([entry()], { now: 400 });
  assert.deepEqual([soon.state, soon.soon > 0], ["saved", true]);
  assert.deepEqual(judged([entry(), entry(), entry()]), { state: "waiting", words: "3 waiting, kept on this computer" });
  assert.equal(judged([entry()], { trouble: { kind: "login" } }).words, "Log in again to send 1 label");
  assert.equal(judged([entry({ refused: { message: "No." } })]).words, "1 label not taken");
  assert.equal(judged([], { lasting: false }).state, "needs");
});

test("each sentence that asks for something says what became of the work", () => {
  for (const trouble of [{ kind: "login" }, { kind: "other-user", user: "ben" }, { kind: "forbidden", message: "Ask an owner." }]) {
    assert.match(judged([entry(), entry()], { trouble }).line, /Your 2 labels are kept on this computer/);
    assert.match(judged([entry()], { trouble }).line, /Your 1 label is kept on this computer/);
  }
});

const store = { lasting: true, keep: async () => {}, settle: async () => {}, remove: async () => {}, entries: async () => [] };

test("the outbox keeps the order in which labels were made, and a refused one is in nobody's way", async () => {
  const outbox = new Outbox(store);
  const entries = ["a", "b", "c"].map((client_id) => ({ client_id, assignment: client_id }));
  for (const one of entries) outbox.add(one);
  outbox.park(entries[0], { status: 400, message: "No." });
  assert.deepEqual(outbox.waiting.map((one) => one.client_id), ["b", "c"]);
  outbox.settle(entries[1], { receipt: "r" });
  assert.deepEqual(outbox.all.map((one) => one.client_id), ["a", "c"]);
  assert.equal(outbox.receipts[0].receipt.receipt, "r");
});

test("an example that was answered, or is here already, is not taken in a second time", () => {
  const outbox = new Outbox(store);
  outbox.add({ client_id: "x", assignment: 3 });
  const stock = new Stock({ api: null, outbox, draw: (assignment) => ({ assignment }) });
  const leased = (...ids) => ({ assignments: ids.map((id) => ({ id })), waiting: 0 });
  assert.equal(stock.add(leased(1, 2, 3)), 2);
  assert.equal(stock.take().assignment.id, 1);
  assert.equal(stock.add(leased(1, 2, 3, 4)), 1);
  assert.deepEqual([stock.take(), stock.take()].map((item) => item.assignment.id), [2, 4]);
  assert.equal(stock.take(), null);
});

test("an example whose lease went to somebody else leaves the stock, and only when the list is sure to be whole", () => {
  const stock = new Stock({ api: null, outbox: new Outbox(store), draw: (assignment) => ({ assignment }) });
  const leased = (...ids) => ({ assignments: ids.map((id) => ({ id })), waiting: 0 });
  const ids = () => { const all = []; for (let item; (item = stock.take()); ) all.push(item.assignment.id); return all; };
  stock.add(leased(1, 2, 3));
  stock.add(leased(1, 2), 2); // cut off after two: nothing is known of the third
  assert.deepEqual(stock.length, 3);
  stock.add(leased(1, 3, 4), 3); // a new one follows what is in our hands, and 2 is not among it
  assert.deepEqual(ids(), [1, 3, 4]);
});

test("numbers, short names and ids", () => {
  assert.equal(count(1200, "label"), "1,200 labels");
  assert.equal(count(1, "example waits", "examples wait"), "1 example waits");
  assert.equal(brief("😀".repeat(50), 3), "😀😀…");
  assert.match(uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
