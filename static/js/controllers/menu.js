/* <details class="menu" data-controller="menu"><summary>Ada</summary><div class="sheet">…</div></details>
   Esc and a click elsewhere close it; Esc gives the focus back. */
export class Menu {
  constructor(element) {
    this.element = element;
    this.leave = new AbortController();
    const { signal } = this.leave;
    element.addEventListener("keydown", (event) => event.key === "Escape" && element.open && this.close(), { signal });
    element.addEventListener("focusout", (event) => { if (event.relatedTarget && !element.contains(event.relatedTarget)) element.open = false; }, { signal });
    document.addEventListener("pointerdown", (event) => { if (!element.contains(event.target)) element.open = false; }, { signal });
  }

  close() {
    this.element.open = false;
    this.element.querySelector("summary").focus();
  }

  disconnect() { this.leave.abort(); }
}
