/* <div class="two-panes" data-controller="case-queue">
     <nav><ol><li><a data-case="41">…<span data-settled hidden></span></a></li></ol></nav>
     <div><p data-said></p><button data-undo hidden></button><article data-pane="41"><form data-settle>…</form></article>…</div></div>
   Every case of the page is in the page: the next one is painted in the frame of the key, and the network follows. What
   the server refuses comes back to the list with its reason. Keys act only where nobody types. */
import { announce, isTyping } from "../lib/dom.js";
import { digitOf, nameOf } from "../label/keys.js";

const REMEMBERED = "workbench-case-cause";
const AHEAD = 3; // pictures loaded before their turn

export class CaseQueue {
  constructor(element) {
    this.element = element;
    this.links = [...element.querySelectorAll("[data-case]")];
    this.panes = new Map([...element.querySelectorAll("[data-pane]")].map((pane) => [pane.dataset.pane, pane]));
    this.said = element.querySelector("[data-said]");
    this.undoButton = element.querySelector("[data-undo]");
    this.settled = new Map(); // id → {words, sent: promise}
    this.last = null;
    this.leave = new AbortController();
    const { signal } = this.leave;
    this.remember(recall());
    element.addEventListener("click", (event) => this.click(event), { signal });
    element.addEventListener("submit", (event) => this.submit(event), { signal });
    element.addEventListener("change", (event) => event.target.matches("[data-cause]") && this.remember(event.target.value, true), { signal });
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    const current = this.links.find((link) => link.hasAttribute("aria-current")) ?? this.links[0];
    this.show(current.dataset.case, false);
    element.dataset.ready = "";
  }

  disconnect() { this.leave.abort(); }

  get pane() { return this.panes.get(this.current); }

  /* Moving */

  show(id, focus = true) {
    this.current = id;
    for (const link of this.links) {
      if (link.dataset.case === id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    for (const [other, pane] of this.panes) pane.hidden = other !== id;
    this.element.querySelector("[data-all-done]").hidden = true;
    if (focus) {
      this.pane.focus({ preventScroll: true });
      this.links.find((link) => link.dataset.case === id).scrollIntoView({ block: "nearest" });
    }
    this.loadAhead();
  }

  move(step) {
    const at = this.links.findIndex((link) => link.dataset.case === this.current);
    const next = this.links[at + step];
    if (next) this.show(next.dataset.case);
  }

  next() {
    const at = this.links.findIndex((link) => link.dataset.case === this.current);
    const rest = [...this.links.slice(at + 1), ...this.links.slice(0, at)];
    const open = rest.find((link) => !this.settled.has(link.dataset.case));
    if (open) return this.show(open.dataset.case);
    this.pane.hidden = true;
    this.element.querySelector("[data-all-done]").hidden = false;
  }

  loadAhead() {
    const at = this.links.findIndex((link) => link.dataset.case === this.current);
    for (const link of this.links.slice(at, at + 1 + AHEAD)) {
      for (const picture of this.panes.get(link.dataset.case).querySelectorAll("[data-picture]")) picture.loading = "eager";
    }
  }

  /* Settling */

  submit(event) {
    const form = event.target.closest("[data-settle]");
    if (!form) return;
    event.preventDefault();
    this.settle(form, event.submitter);
  }

  settle(form, button) {
    const id = form.closest("[data-pane]").dataset.pane;
    const cause = form.querySelector("[data-cause]");
    if (!cause.value) {
      cause.focus();
      this.say("Choose the cause first: C. It is remembered for the next ones.", "warn");
      return;
    }
    const body = new FormData(form);
    if (button.name === "outcome") body.set("outcome", button.value);
    else body.set(button.name, button.value);
    const words = button.name === "outcome" ? "to be gathered again" : button.dataset.words;
    const before = this.settled.get(id)?.sent ?? Promise.resolve();
    const entry = { words };
    this.settled.set(id, entry);
    this.mark(id, `✓ ${words}`);
    this.last = id;
    this.undoButton.hidden = false;
    this.say(`Settled: ${words}.`);
    this.next();
    entry.sent = before.then(() => this.send(form.action, body)).then((answer) => {
      if (answer.ok) {
        form.elements.standing.value = answer.body.resolution;
        return true;
      }
      this.refused(id, entry, answer.body.message);
      return false;
    });
  }

  refused(id, entry, message) {
    if (this.settled.get(id) === entry) this.settled.delete(id);
    this.mark(id, "! not settled", "bad");
    const example = this.panes.get(id).querySelector("bdi").textContent;
    this.say(`Example ${example}: ${message} `, "bad", id);
  }

  async undo() {
    const id = this.last;
    const entry = id && this.settled.get(id);
    if (!entry) return;
    this.last = null;
    this.undoButton.hidden = true;
    this.settled.delete(id);
    this.mark(id, "");
    this.show(id);
    this.say("Taken back: the case is open again.");
    const form = this.panes.get(id).querySelector("[data-settle]");
    if (!(await entry.sent)) return;
    const answer = await this.send(form.action.replace(/settle\/$/, "reopen/"), new FormData(form));
    if (answer.ok) form.elements.standing.value = "";
    else this.say(answer.body.message, "bad", id);
  }

  async send(url, body) {
    const token = body.get("csrfmiddlewaretoken");
    try {
      const response = await fetch(url, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token } });
      const found = response.headers.get("Content-Type")?.startsWith("application/json") ? await response.json() : {};
      return { ok: response.ok, body: { message: "You are logged out, or may not do this any more. Load the page again.", ...found } };
    } catch {
      return { ok: false, body: { message: "The server does not answer. Nothing was settled; try it again in a moment." } };
    }
  }

  mark(id, words, kind = "ok") {
    const state = this.links.find((link) => link.dataset.case === id).querySelector("[data-settled]");
    state.textContent = words;
    state.hidden = !words;
    state.className = `state ${kind}`;
  }

  say(words, kind = "ok", id = null) {
    this.said.className = `state ${kind}`;
    this.said.textContent = words;
    if (id) {
      const link = document.createElement("a");
      link.href = this.links.find((other) => other.dataset.case === id).href;
      link.textContent = "Look at the case";
      this.said.append(link);
    }
    announce(words);
  }

  /* The cause */

  remember(cause, store = false) {
    for (const select of this.element.querySelectorAll("[data-cause]")) {
      if ([...select.options].some((option) => option.value === cause)) select.value = cause;
    }
    if (!store) return;
    try { localStorage.setItem(REMEMBERED, cause); } catch { /* remembered for this page alone */ }
  }

  /* Names */

  async names(button) {
    const body = new FormData(this.pane.querySelector("[data-settle]"));
    const pane = this.pane;
    const answer = await this.send(button.dataset.names, body);
    if (!answer.ok) return this.say(answer.body.message, "bad");
    for (const place of pane.querySelectorAll("[data-label]")) place.textContent = answer.body.names[place.dataset.label] ?? "";
    pane.querySelector("[data-names-list]").hidden = false;
    button.hidden = true;
  }

  /* Keys and clicks */

  click(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const link = event.target.closest("[data-case]");
    if (link) {
      event.preventDefault();
      this.show(link.dataset.case);
    } else if (event.target.closest("[data-undo]")) {
      this.undo();
    } else {
      const button = event.target.closest("[data-names]");
      if (button) this.names(button);
    }
  }

  key(event) {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const name = nameOf(event);
    if (name === "j" || name === "k") {
      event.preventDefault();
      return this.move(name === "j" ? 1 : -1);
    }
    if (event.repeat) return;
    const act = this.action(name, digitOf(event));
    if (!act) return;
    event.preventDefault();
    act();
  }

  action(name, digit) {
    const shown = !this.pane.hidden;
    if (digit !== null) {
      const button = shown && this.pane.querySelector(`[data-digit="${digit}"]`);
      return button ? () => this.settle(button.form, button) : null;
    }
    const press = (selector) => {
      const found = shown && this.pane.querySelector(selector);
      return found && !found.hidden ? found : null;
    };
    switch (name) {
      case "u": return () => this.undo();
      case "r": { const found = press("[data-regather]"); return found && (() => this.settle(found.form, found)); }
      case "e": { const found = press("[data-open]"); return found && (() => found.click()); }
      case "n": { const found = press("[data-names]"); return found && (() => this.names(found)); }
      case "c": { const found = press("[data-cause]"); return found && (() => found.focus()); }
      case "?": return () => document.getElementById("case-keys")?.showModal();
      default: return null;
    }
  }
}

function recall() {
  try { return localStorage.getItem(REMEMBERED) ?? ""; } catch { return ""; }
}
