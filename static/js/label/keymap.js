/* A labeller's own keys, put in front of all others: a key that they gave to an action arrives at the page as the one that
   does it by default, and the default does nothing any more. So no part of the page needs to know of it.
   The actions stand in <dialog id="keys">: <div data-action="undo" data-keys="u backspace" data-here><dd>…</dd></div>;
   hints beside buttons are <kbd data-key-for="undo">U</kbd>, and <kbd class="key"> beside an input with data-digit. */

import { isTyping } from "../lib/dom.js";
import { eventOf, pressedKey, shownKey } from "./keynames.js";

const PRESSES = "button, a[href], summary, select, [role=button]"; // what Enter and Space press by themselves
const CHOOSES = "input[type=radio], input[type=checkbox]"; // what Space chooses
const IN_DIALOGS = new Set(["submit", "help"]); // in a dialog letters search and digits count its rows

export class Keymap {
  paused = false; // while somebody presses a new key
  #own = {}; // action → its only key, or null where it is off
  #by = new Map(); // pressed key → {action, as: the default key, or null where it does nothing any more}
  #made = new WeakSet();
  #watch = new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) if (node.nodeType === Node.ELEMENT_NODE) this.write(node);
  });

  constructor({ own, mayLetters }) {
    this.mayLetters = mayLetters;
    this.actions = [...document.querySelectorAll("#keys [data-action]")].map((row) => ({
      id: row.dataset.action, keys: row.dataset.keys.split(" ").filter(Boolean), does: row.querySelector("dd").textContent,
      answers: "answers" in row.dataset, here: "here" in row.dataset, typing: "typing" in row.dataset, yields: "yields" in row.dataset, row,
    }));
    this.byId = new Map(this.actions.map((action) => [action.id, action]));
    addEventListener("keydown", (event) => this.#down(event), { capture: true });
    this.#use(own);
  }

  get own() { return { ...this.#own }; }
  set own(own) {
    this.#use(own);
    this.write();
  }

  /** The keys of an action, as they are now. */
  keysFor(id, own = this.#own) {
    if (id in own) return [own[id]].filter((key) => key !== null);
    const { keys = [], yields } = this.byId.get(id) ?? {};
    return yields ? keys.filter((key) => !Object.values(own).includes(key)) : keys; // not in every project: others may have its key
  }

  /** The first of them for people, "" where it is switched off. */
  shown(id) { return this.keysFor(id).slice(0, 1).map(shownKey).join(""); }

  /** Whether this event was made here, out of a key of the labeller's own. */
  isOwn(event) { return this.#made.has(event); }

  /** Writes every hint in `root`. */
  write(root = document.body) {
    const all = (selector) => [...(root.matches(selector) ? [root] : []), ...root.querySelectorAll(selector)];
    for (const hint of all("[data-key-for]")) this.#hint(hint, hint.dataset.keyFor);
    for (const choice of all("input[data-digit], button[data-digit]")) {
      const hint = choice.closest("label, li, button")?.querySelector("kbd.key");
      if (hint) this.#hint(hint, `answer.${choice.dataset.digit}`);
    }
  }

  #hint(hint, id) {
    const words = this.shown(id);
    if (hint.textContent !== words) hint.textContent = words;
    hint.hidden = !words;
  }

  #use(own) {
    this.#own = { ...own };
    this.#by.clear();
    for (const id of Object.keys(this.#own)) for (const key of this.byId.get(id)?.keys ?? []) this.#by.set(key, { id, as: null });
    for (const [id, key] of Object.entries(this.#own)) {
      const action = this.byId.get(id);
      if (action && key !== null) this.#by.set(key, { id, as: action.keys[0] ?? id });
    }
    this.#watch.disconnect();
    if (!this.#by.size) return;
    this.write();
    this.#watch.observe(document.body, { childList: true, subtree: true });
  }

  #down(event) {
    if (!this.#by.size || this.paused || this.#made.has(event) || event.isComposing || event.keyCode === 229) return;
    const key = pressedKey(event);
    const meant = this.#by.get(key);
    if (!meant || meant.as === key || !this.#acts(event, key, this.byId.get(meant.id))) return;
    event.stopImmediatePropagation();
    if (meant.as === null) return; // no longer a key of the page, but still one of the browser's
    event.preventDefault();
    const made = new KeyboardEvent("keydown", {
      ...eventOf(meant.as), shiftKey: event.shiftKey && /^[a-z]$/.test(key), repeat: event.repeat, bubbles: true, cancelable: true,
    });
    this.#made.add(made);
    event.target.dispatchEvent(made);
  }

  #acts({ target }, key, action) {
    if (isTyping(target) && !action.typing) return false;
    if ((key === "enter" || key === "space") && target.closest?.(PRESSES)) return false;
    if (key === "space" && target.matches?.(CHOOSES)) return false;
    if (/^[a-z]$/.test(key) && !this.mayLetters()) return false;
    return IN_DIALOGS.has(action.id) || !document.querySelector("dialog[open]");
  }
}
