/* What stands between two examples: the end, no connection, new guidelines, another tab.
   <section id="between" hidden tabindex="-1"></section>; meanwhile the example and the answers are out of sight. */

import { h } from "../lib/dom.js";

const UNREAD = 700; // ms in which Enter is still the one that was typed ahead

export class Between {
  #lift = null;

  constructor({ keys, away }) {
    this.section = document.getElementById("between");
    Object.assign(this, { keys, away });
  }

  get shown() { return !this.section.hidden; }

  /** `body`: nodes; `actions`: [{words, act, key?}], the first one is Enter's. */
  show(title, body, actions = []) {
    this.hide();
    const since = performance.now();
    const buttons = actions.map(({ words, act, href }, place) => {
      const look = place === 0 ? "button primary" : "button";
      const button = href ? h("a", { class: look, href }, words) : h("button", { type: "button", class: look }, words, place === 0 ? h("kbd", { "data-key-for": "submit" }, "⏎") : null);
      if (act) button.addEventListener("click", act);
      return button;
    });
    this.section.replaceChildren(h("h2", {}, title), ...body, buttons.length ? h("div", { class: "actions" }, buttons) : "");
    this.section.hidden = false;
    for (const element of this.away) element.hidden = true;
    this.section.focus({ preventScroll: true });
    this.#lift = this.keys.layer({
      key: (name, event) => {
        if (name !== "enter" || event.target.closest?.("button, a")) return false;
        if (performance.now() - since > UNREAD) buttons[0]?.click();
        return true;
      },
    });
  }

  hide() {
    this.#lift?.();
    this.#lift = null;
    this.section.hidden = true;
    for (const element of this.away) element.hidden = false;
  }
}
