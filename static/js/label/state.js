/* <button id="state" class="state ok">…</button>, the line <section id="needs" hidden>, and <dialog id="state-details">:
   whether every label has a receipt. Always one of three: saved, waiting, needs you. */

import { h } from "../lib/dom.js";
import { Sheet } from "./sheet.js";
import { brief, count } from "./words.js";

const QUIET = 1000; // an unsent label younger than this changes nothing, so that nothing flickers

/** What to show: {state: "saved"|"waiting"|"needs", words, line?, actions}. Pure. */
export function judge({ entries, trouble, lasting, now }) {
  const waiting = entries.filter((entry) => !entry.refused);
  const parked = entries.filter((entry) => entry.refused);
  const labels = count(waiting.length, "label");
  const kept = `Your ${labels} ${waiting.length === 1 ? "is" : "are"} kept on this computer`;
  if (trouble?.kind === "login") {
    const words = waiting.length ? `Log in again to send ${labels}` : "Log in again to go on";
    return { state: "needs", words, line: waiting.length ? `You are no longer logged in. ${kept}, to be sent once you have logged in.` : "You are no longer logged in. Nothing is lost.", action: "login" };
  }
  if (trouble?.kind === "other-user") {
    return { state: "needs", words: `${labels} to send`, line: `${trouble.user} is logged in on this computer now. ${kept}. Log in as yourself to send ${waiting.length === 1 ? "it" : "them"}.`, action: "login" };
  }
  if (trouble?.kind === "forbidden") {
    return { state: "needs", words: `${labels} not sent`, line: `${trouble.message} ${kept}.`, action: "again" };
  }
  if (parked.length) {
    const what = parked.length === 1 ? `the label of ${brief(parked[0].example.key)}` : `${parked.length} labels`;
    const stays = parked.length === 1 ? "It is kept on this computer; open it to mend it." : "They are kept on this computer; open them to mend them.";
    return { state: "needs", words: `${count(parked.length, "label")} not taken`, line: `The server did not take ${what}: ${parked[0].refused.message} ${stays}`, action: "open" };
  }
  if (!lasting) {
    return { state: "needs", words: "Nothing is kept on this computer", line: `This browser keeps nothing for this page, so each label waits for the server before the next example. Leave the page only when it says Saved.${waiting.length ? ` ${labels} on the way.` : ""}`, action: null };
  }
  if (waiting.length && now - Date.parse(waiting[0].at) > QUIET) {
    return { state: "waiting", words: `${waiting.length} waiting, kept on this computer` };
  }
  return { state: "saved", words: "Saved", soon: waiting.length ? QUIET - (now - Date.parse(waiting[0].at)) + 5 : null };
}

const MARKS = { saved: "✓", waiting: "◷", needs: "!" };
const LOOKS = { saved: "ok", waiting: "warn", needs: "bad" };

export class StateLine {
  #shown = {};
  #timer = null;

  constructor({ outbox, sender, store, voice, keys, logIn, open }) {
    Object.assign(this, { outbox, sender, store, voice, logIn, open });
    this.button = document.getElementById("state");
    this.line = document.getElementById("needs");
    this.sheet = new Sheet("state-details", keys);
    this.button.addEventListener("click", () => { this.#list(); this.sheet.open(); });
    outbox.addEventListener("change", () => this.update());
    sender.addEventListener("change", () => this.update());
    this.update();
  }

  update() {
    clearTimeout(this.#timer);
    const now = judge({ entries: this.outbox.all, trouble: this.sender.trouble, lasting: this.store.lasting, now: Date.now() });
    if (now.soon) this.#timer = setTimeout(() => this.update(), now.soon);
    const before = this.#shown;
    if (now.state === before.state && now.words === before.words && now.line === before.line) return;
    this.#shown = now;
    this.button.className = `state-button state ${LOOKS[now.state]}`;
    this.button.dataset.state = now.state;
    this.button.replaceChildren(h("span", { "aria-hidden": "true" }, MARKS[now.state]), " ", h("span", {}, now.words));
    if (now.line !== before.line) this.#say(now);
    if (now.state === "waiting" && before.state !== "waiting") this.voice.say(now.words);
    if (now.state === "saved" && before.state && before.state !== "saved") this.voice.say("Saved");
  }

  #say(now) {
    this.line.hidden = !now.line;
    if (!now.line) return;
    this.line.replaceChildren(h("p", {}, now.line), ...this.#actions(now.action));
    this.voice.alarm(now.line);
  }

  #actions(action) {
    if (action === "login") return [this.#button("Log in", () => this.logIn(this.sender.trouble?.user))];
    if (action === "again") return [this.#button("Send again", () => this.sender.kick())];
    if (action === "open") return [this.#button("Open it", () => this.open(this.outbox.parked[0]))];
    return [];
  }

  #button(words, act) {
    const button = h("button", { type: "button", class: "button small" }, words);
    button.addEventListener("click", act);
    return button;
  }

  #list() {
    const row = (entry, what) => h("li", {}, `${brief(entry.example.key)}: ${brief(entry.words)} `, h("span", { class: "muted" }, what));
    const waiting = this.outbox.waiting.map((entry) => row(entry, `made ${new Date(entry.at).toLocaleTimeString("en-GB")}`));
    const parked = this.outbox.parked.map((entry) => {
      const open = this.#button("Open it", () => { this.sheet.close(); this.open(entry); });
      return h("li", {}, `${brief(entry.example.key)}: ${entry.refused.message} `, open);
    });
    const sent = this.outbox.receipts.map(({ entry, receipt, at }) =>
      row(entry, `receipt ${receipt?.receipt ?? "none needed"}, ${new Date(at).toLocaleTimeString("en-GB")}`));
    const part = (title, rows) => (rows.length ? [h("h3", {}, title), h("ul", { class: "receipts" }, rows)] : []);
    this.sheet.dialog.querySelector("[data-list]").replaceChildren(
      ...part("Not taken by the server", parked), ...part("Waiting on this computer", waiting), ...part("Sent", sent),
      ...(waiting.length + parked.length + sent.length ? [] : [h("p", {}, "Nothing was labelled since this page was opened. Every earlier label has its receipt.")]),
    );
  }
}
