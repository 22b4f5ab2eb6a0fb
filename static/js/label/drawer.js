/* <aside id="guidelines" hidden tabindex="-1">…<form data-search><input data-wanted><output data-found></output></form>
   <button data-close>…</button> <div data-searched><div data-prose>…</div></div></aside>: beside the example where there is
   room, over it on a phone, where the rest of the page then waits. Closing gives the focus back to where it was. */

import { Finder } from "./find-text.js";

const narrow = matchMedia("(max-width: 56.24rem)");

export class Drawer {
  #before = null; // where the focus was

  constructor({ behind }) {
    this.aside = document.getElementById("guidelines");
    this.opener = document.getElementById("guidelines-open");
    this.behind = behind;
    this.opener.addEventListener("click", () => this.toggle());
    this.aside.querySelector("[data-close]").addEventListener("click", () => this.close());
    narrow.addEventListener("change", () => this.#cover());
    const search = this.aside.querySelector("[data-search]");
    this.wanted = search.querySelector("[data-wanted]");
    this.finder = new Finder(this.aside.querySelector("[data-searched]"));
    this.wanted.addEventListener("input", () => { this.finder.find(this.wanted.value); this.#tell(); });
    this.wanted.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      this.finder.step(event.shiftKey ? -1 : 1);
      this.#tell();
    });
    search.addEventListener("submit", (event) => event.preventDefault());
  }

  get isOpen() { return !this.aside.hidden; }

  toggle() { if (this.isOpen) this.close(); else this.open(); }

  open() {
    this.#before = document.activeElement;
    this.#show(true);
    this.aside.focus({ preventScroll: true });
  }

  close() {
    const inside = this.aside.contains(document.activeElement);
    this.#show(false);
    const back = this.#before?.isConnected && this.#before !== document.body ? this.#before : this.opener;
    if (inside) back.focus({ preventScroll: true });
  }

  /** Into the search, when the guidelines are what is being read; false where they are not. */
  find() {
    if (!this.isOpen || !this.aside.contains(document.activeElement)) return false;
    this.wanted.focus();
    this.wanted.select();
    return true;
  }

  /** Newer guidelines, as HTML that the server cleaned. */
  write(html) {
    this.aside.querySelector("[data-prose]").innerHTML = html;
    this.finder.find(this.wanted.value);
    this.#tell();
  }

  #tell() {
    const { count, at } = this.finder;
    this.aside.querySelector("[data-found]").textContent = !this.wanted.value.trim() ? "" : count ? `${at + 1} of ${count}` : "not there";
  }

  #show(open) {
    this.aside.hidden = !open;
    document.body.classList.toggle("with-guidelines", open);
    this.opener.setAttribute("aria-expanded", String(open));
    this.#cover();
  }

  #cover() { for (const element of this.behind) element.inert = this.isOpen && narrow.matches; }
}
