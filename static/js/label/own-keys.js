/* "Change keys" in the dialog of keys: each action with its key, a button that waits for a new one, and one that switches it
   off. What is wrong is said in words before the server would; a change holds at once and is kept with the user. */

import { h } from "../lib/dom.js";
import { pressedKey, shownKey } from "./keynames.js";

// As labelling/accounts/keys.py: what may be a key.
const KEY = /^(?:[!-@[-~]|space|enter|backspace|delete|insert|alt\+(?:[abcg-z]|[,.;/[\]-])|ctrl\+(?:enter|space))$/;
const MODIFIERS = new Set(["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock", "NumLock", "Dead", "Process", "Unidentified"]);
const quoted = (action) => `“${action.does}”`;

/** Why this key cannot be given to the action, as a sentence, or null. Pure. */
export function refusal(key, action, actions, keysFor) {
  if (!key || !KEY.test(key)) return "That key is needed elsewhere. Take a letter, a mark like ; or [, Space, Enter, ⌫, Del or Ins, or Alt with a letter.";
  if (action.typing && !/^(?:alt|ctrl)\+/.test(key)) return "This one works while you type, so its key needs Alt with it.";
  if (/^[0-9]$/.test(key) && !action.answers) return "Digits choose answers. Take another key.";
  const other = actions.find(({ id, here, yields }) => id !== action.id && (here || !yields) && keysFor(id).includes(key));
  return other ? `${shownKey(key)} is the key of ${quoted(other)}. Change or switch off that one first.` : null;
}

export class OwnKeys {
  #waiting = null;
  #unsent = false;

  constructor({ place, keymap, api, changed }) {
    Object.assign(this, { keymap, api, changed });
    this.news = h("p", { role: "status", class: "key-news" });
    this.list = h("ul", { class: "own-key-list" });
    this.reset = this.#button("Back to the defaults", () => this.#set({}, "All keys are the defaults again."));
    place.replaceChildren(h("p", { class: "muted" }, "They hold in every project, and go with you to other computers."), this.list, h("p", {}, this.reset), this.news);
    for (const action of keymap.actions.filter(({ here, answers }) => here || answers)) this.list.append(this.#row(action));
    addEventListener("keydown", (event) => this.#pressed(event), { capture: true });
    addEventListener("online", () => this.#unsent && this.#send());
    this.#write();
  }

  #row(action) {
    const change = this.#button("Change", () => this.#wait(action), `Change: ${action.does}`);
    const off = this.#button("Switch off", () => this.#switch(action), `Switch off: ${action.does}`);
    return h("li", { "data-own": action.id }, h("span", { class: "does" }, action.does), h("kbd"), h("span", { class: "row" }, change, off));
  }

  #write() {
    for (const row of this.list.children) {
      const action = this.keymap.byId.get(row.dataset.own);
      const key = this.keymap.keysFor(action.id).map(shownKey).join(" or ");
      const [change, off] = row.querySelectorAll("button");
      row.querySelector("kbd").textContent = key || "off";
      row.querySelector("kbd").classList.toggle("off", !key);
      change.textContent = this.#waiting === action ? "Press a key" : "Change";
      change.classList.toggle("primary", this.#waiting === action);
      off.hidden = !key && !action.keys.length;
      off.textContent = key ? "Switch off" : "Switch on";
      off.setAttribute("aria-label", `${off.textContent}: ${action.does}`);
    }
    this.reset.hidden = !Object.keys(this.keymap.own).length;
  }

  #wait(action) {
    this.#waiting = this.#waiting === action ? null : action;
    this.keymap.paused = Boolean(this.#waiting);
    this.#say(this.#waiting ? `Press the new key for ${quoted(action)}. Esc leaves it as it is.` : "");
  }

  #pressed(event) {
    const action = this.#waiting;
    if (!action || MODIFIERS.has(event.key) || event.isComposing) return;
    if (event.key === "Tab") return this.#wait(action); // out of here, as ever
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.repeat) return;
    if (event.key === "Escape") return this.#wait(action);
    const key = pressedKey(event);
    const why = refusal(key, action, this.keymap.actions, (id) => this.keymap.keysFor(id));
    if (why) return this.#say(why);
    this.#wait(action);
    this.#give(action, key);
  }

  #switch(action) {
    if (this.#waiting) this.#wait(this.#waiting);
    if (this.keymap.keysFor(action.id).length) return this.#give(action, null);
    const taken = action.keys.map((key) => refusal(key, action, this.keymap.actions, (id) => this.keymap.keysFor(id))).find(Boolean);
    if (taken) this.#say(taken); else this.#give(action, undefined);
  }

  /** `key`: null switches off, undefined is the default. */
  #give(action, key) {
    const { [action.id]: before, ...own } = this.keymap.own;
    const isDefault = key === undefined || (action.keys.length === 1 && action.keys[0] === key) || (key === null && !action.keys.length);
    const words = key === null ? "off" : (key === undefined ? action.keys : [key]).map(shownKey).join(" or ");
    this.#set(isDefault ? own : { ...own, [action.id]: key }, `${quoted(action)} is ${words} now.`);
  }

  #set(own, words) {
    this.before ??= this.keymap.own; // what the server has
    this.keymap.own = own;
    this.changed();
    this.#say(words);
    return this.#send();
  }

  async #send() {
    const sent = JSON.stringify(this.keymap.own);
    this.#unsent = true;
    try {
      await this.api.preferences({ keys: JSON.parse(sent) });
      if (sent !== JSON.stringify(this.keymap.own)) return; // changed meanwhile: that one is on its way
      this.#unsent = false;
      this.before = null;
    } catch (error) {
      if (sent !== JSON.stringify(this.keymap.own)) return;
      if (!error.status) return this.#say("It holds in this tab. The server does not answer, so it is kept once the connection is back.");
      this.#unsent = false;
      this.keymap.own = this.before ?? {};
      this.before = null;
      this.changed();
      this.#say(error.message);
    }
  }

  #say(words) {
    this.#write();
    this.news.textContent = words;
  }

  #button(words, act, name = null) {
    const button = h("button", { type: "button", class: "button small", "aria-label": name }, words);
    button.addEventListener("click", act);
    return button;
  }
}
