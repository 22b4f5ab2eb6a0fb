/* <button id="comment-open" aria-expanded="false" aria-controls="comment">…</button>
   <div id="comment" hidden><label>…<textarea id="comment-text"></textarea></label></div> */
export class Comment {
  constructor(changed) {
    this.opener = document.getElementById("comment-open");
    this.box = document.getElementById("comment");
    this.field = document.getElementById("comment-text");
    this.opener.addEventListener("click", () => (this.box.hidden ? this.open() : this.close()));
    this.field.addEventListener("input", changed);
  }

  get() { return this.field.value.trim(); }

  set(text) {
    this.field.value = text ?? "";
    this.#show(Boolean(text));
  }

  open() {
    this.#show(true);
    this.field.focus();
  }

  /** Back to the example; what was written stays. */
  close() { this.#show(this.field.value !== ""); }

  get focused() { return document.activeElement === this.field; }

  #show(shown) {
    this.box.hidden = !shown;
    this.opener.setAttribute("aria-expanded", String(shown));
  }
}
