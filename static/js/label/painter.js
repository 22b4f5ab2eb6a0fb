/* Draws examples ahead of their turn and puts one on the screen: <article id="example" tabindex="-1">. */

import { h } from "../lib/dom.js";
import { displayOf } from "./registry.js";

const READ = ["text", "markdown", "dialogue"];

/** Whether two fields are read against each other, so that they stand beside each other where there is room: two pictures,
    or two texts of which neither is a mere title. */
function isPair(display, data) {
  if (display.length !== 2) return false;
  if (display.every((part) => part.as === "image")) return true;
  const [short, long] = display.map(({ field }) => JSON.stringify(data[field] ?? "").length).sort((one, other) => one - other);
  return display.every((part) => READ.includes(part.as)) && long < 4 * short;
}

export class Painter {
  #pair = null; // decided by the first example, so that the layout stays as it is from then on

  static async make(display) {
    return new Painter(display, await Promise.all(display.map((part) => displayOf(part.as))));
  }

  constructor(display, modules) {
    this.display = display;
    this.modules = modules;
    this.article = document.getElementById("example");
    this.onmedia = () => {};
    this.ondrawn = () => {}; // for kinds that prepare the example, long before it is on the screen
  }

  /** Keys of displays, on the example that is on the screen: {"k": function}; `chords` also act while somebody types. */
  get actions() { return this.#keys("actions"); }
  get chords() { return this.#keys("chords"); }

  /** An item for the stock: {assignment, node, media: "ready"|"loading"|"failed", medium: what is loaded, in a word, seen:
      promise of an end to loading, drawn: what the displays returned}. */
  draw(assignment) {
    const { data, key, html } = assignment.example;
    this.#pair ??= isPair(this.display, data);
    const item = { assignment, node: h("div", { class: this.#pair ? "example-body beside" : "example-body" }), media: "ready", drawn: [] };
    const waits = [];
    this.display.forEach((part, place) => {
      const drawn = this.modules[place].draw(data[part.field] ?? "", { key, field: part.field, html: html?.[part.field] });
      const heading = this.display.length > 1 ? h("h2", { class: "field-name" }, part.field.replaceAll("_", " ")) : null;
      item.node.append(h("section", { class: "part" }, heading, h("div", { "data-field": part.field }, drawn.node)));
      item.drawn.push(drawn);
      if (drawn.ready) waits.push(drawn);
    });
    if (waits.length) this.#await(item, waits);
    this.ondrawn(item);
    return item;
  }

  /** In this very frame. */
  paint(item, name) {
    this.article.setAttribute("aria-label", name);
    this.article.dataset.assignment = item.assignment.id;
    this.article.replaceChildren(item.node);
    this.article.focus({ preventScroll: true });
    if (scrollY > 0) scrollTo(0, 0);
    for (const drawn of item.drawn) drawn.painted?.();
  }

  /** Nothing to label: what was answered goes out of sight at once, or it would seem to be asked again. */
  clear() {
    this.article.setAttribute("aria-label", "No example");
    delete this.article.dataset.assignment;
    this.article.replaceChildren();
  }

  #keys(name) {
    const all = Object.assign({}, ...this.modules.map((module) => module[name] ?? {}));
    return Object.fromEntries(Object.entries(all).map(([key, act]) => [key, (event) => act(this.article, event)]));
  }

  #await(item, waits) {
    item.medium = waits[0].medium ?? "picture";
    const settle = (promises) => {
      item.media = "loading";
      item.seen = Promise.all(promises).then(
        () => { item.media = "ready"; },
        () => {
          item.media = "failed";
          for (const drawn of waits) drawn.failed(() => settle(waits.map((other) => other.again())));
        },
      ).then(() => this.onmedia(item));
    };
    settle(waits.map((drawn) => drawn.ready));
  }
}
