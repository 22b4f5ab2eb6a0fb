/* <button data-dialog-open="keys">Keys</button> … <dialog id="keys" class="drawer?" data-controller="dialog" aria-labelledby="…">
     <button data-dialog-close>Go back</button></dialog>
   The browser's own dialog: Esc closes, the focus stays inside and comes back. A click on the backdrop closes too. */
export class Dialog {
  constructor(element) {
    this.element = element;
    this.leave = new AbortController();
    const { signal } = this.leave;
    document.addEventListener("click", (event) => {
      const opener = event.target.closest("[data-dialog-open]");
      if (opener?.dataset.dialogOpen === element.id && !element.open) element.showModal();
    }, { signal });
    element.addEventListener("click", (event) => {
      if (event.target.closest("[data-dialog-close]") || (event.target === element && this.isBackdrop(event))) element.close();
    }, { signal });
  }

  isBackdrop({ clientX, clientY }) {
    const box = this.element.getBoundingClientRect();
    return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
  }

  disconnect() { this.leave.abort(); }
}
