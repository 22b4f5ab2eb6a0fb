/* <aside id="guidelines" hidden tabindex="-1">…<button data-close>…</button></aside>: beside the example where there is
   room, over it on a phone, where the rest of the page then waits. */

const narrow = matchMedia("(max-width: 56.24rem)");

export class Drawer {
  constructor({ behind }) {
    this.aside = document.getElementById("guidelines");
    this.opener = document.getElementById("guidelines-open");
    this.behind = behind;
    this.opener.addEventListener("click", () => this.toggle());
    this.aside.querySelector("[data-close]").addEventListener("click", () => this.close());
    narrow.addEventListener("change", () => this.#cover());
  }

  get isOpen() { return !this.aside.hidden; }

  toggle() { if (this.isOpen) this.close(); else this.open(); }

  open() {
    this.#show(true);
    this.aside.focus({ preventScroll: true });
  }

  close() {
    const inside = this.aside.contains(document.activeElement);
    this.#show(false);
    if (inside) this.opener.focus({ preventScroll: true });
  }

  /** Newer guidelines, as HTML that the server cleaned. */
  write(html) { this.aside.querySelector("[data-prose]").innerHTML = html; }

  #show(open) {
    this.aside.hidden = !open;
    document.body.classList.toggle("with-guidelines", open);
    this.opener.setAttribute("aria-expanded", String(open));
    this.#cover();
  }

  #cover() { for (const element of this.behind) element.inert = this.isOpen && narrow.matches; }
}
