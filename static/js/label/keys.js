/* Keys act on the page, and never in a text field, with Ctrl, Alt or Meta, while an input method composes, or when a key
   repeats itself. A layer on top (a dialog, a notice between two examples) takes all of them. */

import { isTyping } from "../lib/dom.js";
import { digitOf, nameOf, pressedKey } from "./keynames.js";

export { digitOf, nameOf };

const PRESSES = "button, a[href], summary, select, [role=button]"; // what Enter and Space press by themselves
const OWN_KEYS = `${PRESSES}, input, audio, video, [role=slider]`; // what knows arrows and letters of its own

export class Keys {
  #layers = [];

  /** `actions`: {name: function that returns false when the key is not taken}; `digit(n, event)`; `submit(event)`;
      `escape(event)`; `mayLetters(event)`: whether their owner left the letter keys on; `chords`: actions that also act
      while somebody types, {"alt+p": function}.
      `example(name, event)`: asked before all of these while the focus is on the example or nowhere, for kinds that draw
      on it (spans, boxes) and need arrows, Tab, Del, Esc or letters there, also with Shift, with Alt, and repeated; it
      returns whether it took the key. Tab is taken only while there is something left to step to: the focus must get out. */
  constructor({ actions, digit, submit, escape, mayLetters, example, chords = {} }) {
    Object.assign(this, { actions, digit, submit, escape, mayLetters, example, chords });
    document.addEventListener("keydown", (event) => this.#down(event));
  }

  /** Puts a layer on top: {key?(name, event, digit), modal?: a dialog's, which stays on top of what is written below it
      meanwhile}. Returns what takes it away. */
  layer(layer) {
    this.#layers.push(layer);
    return () => { this.#layers = this.#layers.filter((other) => other !== layer); };
  }

  #down(event) {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    const name = nameOf(event);
    const typing = isTyping(event.target);
    const top = this.#layers.findLast((layer) => layer.modal) ?? this.#layers.at(-1);
    if (!top && this.#onExample(event, name) && this.example?.(name, event)) return event.preventDefault();
    if (event.ctrlKey || event.altKey || event.metaKey) {
      if (top || event.repeat || document.querySelector("dialog[open]")) return;
      const chord = this.chords[pressedKey(event)];
      if (typing && name === "enter" && event.ctrlKey) this.#take(event, () => this.submit(event));
      else if (chord && chord(event) !== false) event.preventDefault();
      return;
    }
    if (top) {
      if (!typing && !event.repeat && top.key?.(name, event, digitOf(event))) event.preventDefault();
      return;
    }
    if (document.querySelector("dialog[open]")) return; // the dialog's own keys
    if (name === "escape") return this.#take(event, () => this.escape(event));
    if (typing || event.repeat) return;
    if (name === "enter") {
      if (!event.target.closest?.(PRESSES)) this.#take(event, () => this.submit(event));
      return;
    }
    const digit = digitOf(event);
    if (digit !== null) return this.#take(event, () => this.digit(digit, event));
    if (name === " " && event.target.closest?.(`${PRESSES}, input`)) return;
    if (/^[a-z]$/.test(name) && !this.mayLetters(event)) return;
    const action = this.actions[name];
    if (action && action(event) !== false) event.preventDefault();
  }

  #onExample(event, name) {
    const { target, ctrlKey, metaKey } = event;
    const there = target === document.body || (target.closest?.("#example") && !target.closest(OWN_KEYS));
    if (!there || isTyping(target) || ctrlKey || metaKey) return false;
    return (this.mayLetters(event) || !/^[a-z]$/.test(name)) && !document.querySelector("dialog[open]");
  }

  #take(event, act) {
    event.preventDefault();
    act();
  }
}
