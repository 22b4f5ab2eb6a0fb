/* <div data-controller="audit" data-done="3" data-all="100"><span data-count></span><span data-said></span><button data-undo hidden></button>
     <article data-pane="7"><form data-judge><button name="verdict" value="right" data-digit="1"></button>…</form></article>…
     <div data-all-done hidden></div></div>
   The next answer is painted in the frame of the key, and the network follows, one verdict after the other. What the server
   refuses comes back at the end with its reason. */
import { announce, isTyping } from "../lib/dom.js";
import { digitOf, nameOf } from "../label/keys.js";

export class Audit {
  constructor(element) {
    this.element = element;
    this.waiting = [...element.querySelectorAll("[data-pane]")]; // to be judged, the first one is shown
    this.judged = []; // panes with their words, the last one can be taken back
    this.done = Number(element.dataset.done);
    this.sending = Promise.resolve();
    this.undoButton = element.querySelector("[data-undo]");
    this.said = element.querySelector("[data-said]");
    this.leave = new AbortController();
    const { signal } = this.leave;
    element.addEventListener("submit", (event) => this.submit(event), { signal });
    element.addEventListener("click", (event) => event.target.closest("[data-undo]") && this.undo(), { signal });
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    element.dataset.ready = "";
  }

  disconnect() { this.leave.abort(); }

  submit(event) {
    const form = event.target.closest("[data-judge]");
    if (!form) return;
    event.preventDefault();
    this.judge(event.submitter);
  }

  judge(button) {
    const pane = this.waiting.shift();
    this.judged.push(pane);
    this.count(1);
    this.say(`${button.dataset.words}.`);
    this.show();
    this.send(pane, button.value).catch((error) => {
      this.judged = this.judged.filter((other) => other !== pane);
      this.waiting.push(pane); // it comes again at the end
      this.count(-1);
      this.show(false);
      this.say(error.message, "bad");
    });
  }

  undo() {
    const pane = this.judged.pop();
    if (!pane) return;
    this.waiting.unshift(pane);
    this.count(-1);
    this.say("Taken back.");
    this.show();
    this.send(pane, "").catch((error) => this.say(error.message, "bad"));
  }

  /** Shows the first of those that wait. */
  show(focus = true) {
    const [current] = this.waiting;
    for (const pane of this.element.querySelectorAll("[data-pane]")) pane.hidden = pane !== current;
    for (const pane of this.waiting.slice(0, 3)) for (const picture of pane.querySelectorAll("[data-picture]")) picture.loading = "eager";
    const end = this.element.querySelector("[data-all-done]");
    end.hidden = Boolean(current);
    this.undoButton.hidden = !this.judged.length;
    if (focus) (current ?? end.querySelector("a")).focus({ preventScroll: !current });
  }

  count(step) {
    this.done += step;
    this.element.querySelector("[data-count]").textContent = `${this.done.toLocaleString("en-GB")} of ${Number(this.element.dataset.all).toLocaleString("en-GB")} checked`;
  }

  say(words, kind = "") {
    this.said.className = `state ${kind}`;
    this.said.textContent = words;
    announce(words);
  }

  /** One after the other, so that a verdict and taking it back arrive in their order. */
  send(pane, verdict) {
    const form = pane.querySelector("[data-judge]");
    const body = new FormData(form);
    body.set("verdict", verdict);
    const sent = this.sending.then(() => post(form.action, body));
    this.sending = sent.catch(() => {});
    return sent;
  }

  key(event) {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const digit = digitOf(event);
    const button = digit !== null && this.waiting[0]?.querySelector(`[data-digit="${digit}"]`);
    if (!button && nameOf(event) !== "u") return;
    event.preventDefault();
    if (button) this.judge(button);
    else this.undo();
  }
}

async function post(url, body) {
  let response;
  try {
    response = await fetch(url, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": body.get("csrfmiddlewaretoken") } });
  } catch {
    throw new Error("The server does not answer. That verdict was not stored; its answer comes again.");
  }
  if (response.ok && response.headers.get("Content-Type")?.startsWith("application/json")) return;
  const found = response.headers.get("Content-Type")?.startsWith("application/json") ? await response.json() : {};
  throw new Error(found.message ?? "You are logged out, or may not do this any more. Load the page again.");
}
