/* Draws examples ahead of their turn and puts one on the screen: <article id="example" tabindex="-1">. */

import { h } from "../lib/dom.js";
import { displayOf } from "./registry.js";

export class Painter {
  static async make(display) {
    return new Painter(display, await Promise.all(display.map((part) => displayOf(part.as))));
  }

  constructor(display, draws) {
    this.display = display;
    this.draws = draws;
    this.article = document.getElementById("example");
    this.onmedia = () => {};
  }

  /** An item for the stock: {assignment, node, media: "ready"|"loading"|"failed", seen: promise of an end to loading}. */
  draw(assignment) {
    const { data, key } = assignment.example;
    const item = { assignment, node: h("div", { class: "example-body" }), media: "ready" };
    const waits = [];
    this.display.forEach((part, place) => {
      const drawn = this.draws[place](data[part.field] ?? "", { key, field: part.field });
      const heading = this.display.length > 1 ? h("h2", { class: "field-name" }, part.field.replaceAll("_", " ")) : null;
      item.node.append(h("section", { class: "part" }, heading, h("div", { "data-field": part.field }, drawn.node)));
      if (drawn.ready) waits.push(drawn);
    });
    if (waits.length) this.#await(item, waits);
    return item;
  }

  /** In this very frame. */
  paint(item, name) {
    this.article.setAttribute("aria-label", name);
    this.article.dataset.assignment = item.assignment.id;
    this.article.replaceChildren(item.node);
    this.article.focus({ preventScroll: true });
    if (scrollY > 0) scrollTo(0, 0);
  }

  /** Nothing to label: what was answered goes out of sight at once, or it would seem to be asked again. */
  clear() {
    this.article.setAttribute("aria-label", "No example");
    delete this.article.dataset.assignment;
    this.article.replaceChildren();
  }

  #await(item, waits) {
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
