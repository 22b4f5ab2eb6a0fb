/* <div data-controller="builder"><form data-builder-form>
     <fieldset data-rows="class" data-prefix="questions-0-classes"><ol data-list><li data-row>…</li></ol><button data-add>…</fieldset>
   </form><template data-template="class">… names with __q__ (the question) and __n__ (the row) …</template></div>
   Adds, removes and moves rows; shows the fields of a question that belong to its kind. Numbers need only differ: the
   server counts rows by their order. What is removed can be put back until something else is removed. */
import { announce, h } from "../lib/dom.js";
import { swatch } from "../lib/swatch.js";
import { choose, follow } from "./hanging.js";

const FIRST_CLASSES = 2;

export class Builder {
  constructor(element) {
    this.element = element;
    this.next = 1000; // above every number that the server gave
    element.addEventListener("click", (event) => this.click(event));
    element.addEventListener("change", (event) => event.target.matches("[data-kind]") && this.showKind(event.target.closest("[data-question]")));
    element.querySelectorAll("[data-question]").forEach((question) => this.showKind(question));
    element.addEventListener("change", (event) => event.target.matches("[data-after-question]") && choose(this.form, event.target));
    element.addEventListener("input", () => follow(this.form));
    element.addEventListener("change", () => follow(this.form));
    this.tidy();
    follow(this.form);
  }

  get form() { return this.element.querySelector("[data-builder-form]"); }

  click({ target }) {
    const button = target.closest("button");
    if (!button) return;
    if (button.matches("[data-add]")) this.add(button.closest("[data-rows]"));
    if (button.matches("[data-move]")) this.move(button);
    if (button.matches("[data-remove]")) this.remove(button.closest("[data-row]"));
  }

  add(rows, { focus = true } = {}) {
    const row = this.element.querySelector(`template[data-template="${rows.dataset.rows}"]`).content.firstElementChild.cloneNode(true);
    const question = rows.dataset.prefix.match(/^questions-(\d+)-/)?.[1];
    this.number(row, [["__n__", this.next++], ["__q__", question]]);
    rows.querySelector(":scope > [data-list]").append(row);
    if (row.matches("[data-question]")) {
      const classes = row.querySelector("[data-rows='class']");
      for (let count = 0; count < FIRST_CLASSES; count += 1) this.add(classes, { focus: false });
      this.showKind(row);
    }
    this.changed();
    if (focus) row.querySelector("input, textarea").focus();
    return row;
  }

  /* Placeholders in names, ids and what points at ids. */
  number(row, pairs) {
    for (const element of [row, ...row.querySelectorAll("*")]) {
      for (const { name, value } of [...element.attributes]) {
        if (!value.includes("__")) continue;
        element.setAttribute(name, pairs.reduce((text, [from, to]) => (to === undefined ? text : text.replaceAll(from, to)), value));
      }
    }
  }

  move(button) {
    const row = button.closest("[data-row]");
    const down = button.dataset.move === "1";
    const other = down ? row.nextElementSibling : row.previousElementSibling;
    if (!other) return;
    if (down) other.after(row); else other.before(row);
    this.changed();
    button.focus();
    announce(`Moved to place ${[...row.parentElement.children].indexOf(row) + 1}`);
  }

  remove(row) {
    const { parentElement: list, nextElementSibling: after } = row;
    this.element.querySelector("[data-undo]")?.remove();
    const undo = h("p", { class: "notice", "data-undo": true }, "Removed. ", h("button", { type: "button", class: "button small" }, "Put it back"));
    undo.firstElementChild.addEventListener("click", () => {
      undo.remove();
      list.insertBefore(row, after?.parentElement === list ? after : null);
      this.changed();
      row.querySelector("input, textarea").focus();
    });
    row.remove();
    list.after(undo);
    this.changed();
    undo.firstElementChild.focus();
  }

  showKind(question) {
    const own = question.querySelector("[data-kind]").selectedOptions[0].dataset.own.split(" ");
    question.querySelectorAll("fieldset[data-own], div[data-own]").forEach((part) => { part.hidden = !own.includes(part.dataset.own); });
    this.changed();
  }

  changed() {
    this.tidy();
    this.element.dispatchEvent(new Event("input"));
  }

  /* Letters and places follow the order. */
  tidy() {
    this.element.querySelectorAll("[data-rows]").forEach((rows) => {
      [...rows.querySelector(":scope > [data-list]").children].forEach((row, at, all) => {
        row.querySelector(":scope > .swatch")?.replaceWith(Object.assign(swatch(at + 1), { ariaHidden: "true" }));
        const title = row.querySelector(":scope > * > [data-title]");
        if (title) title.textContent = all.length > 1 ? `Question ${at + 1}` : "Question";
        const label = row.querySelector(".field > label");
        if (rows.dataset.rows === "class") label.textContent = `Class ${at + 1}`;
      });
    });
  }
}
