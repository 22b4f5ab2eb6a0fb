/* How sure somebody is, where the project asks: <div id="confidence"><input type="range" min="0" max="100" step="5">
   <output></output><button data-clear></button></div>. Nothing is said until it is touched. */

const START = 50; // where the slider stands while nothing is said

export class Confidence {
  #said = false;

  /** `back()` puts the focus back on the example. */
  constructor({ changed, back }) {
    this.box = document.getElementById("confidence");
    if (!this.box) return;
    this.range = this.box.querySelector("input");
    this.output = this.box.querySelector("output");
    this.eraser = this.box.querySelector("[data-clear]");
    Object.assign(this, { changed, back });
    this.range.addEventListener("input", () => this.#say(Number(this.range.value)));
    this.range.addEventListener("pointerup", () => { this.#say(Number(this.range.value)); back(); }); // also where it did not move
    this.range.addEventListener("keydown", (event) => this.#key(event));
    this.eraser.addEventListener("click", () => { this.#say(null); back(); });
  }

  /** What a label holds of it: {confidence: 0…1}, or nothing. */
  get fields() { return this.#said ? { confidence: Number(this.range.value) / 100 } : {}; }

  set(confidence) {
    if (this.box) this.#write(typeof confidence === "number" ? Math.round(confidence * 100) : null);
  }

  /** False where nobody asks. */
  enter() {
    this.range?.focus({ preventScroll: true });
    return Boolean(this.box);
  }

  /** 1 to 9 are 10 to 90 %, 0 is 100 %, and with them the focus goes back; Delete says nothing again. */
  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const erases = event.key === "Delete" || event.key === "Backspace";
    if (/^[0-9]$/.test(event.key)) this.#say(10 * (Number(event.key) || 10));
    else if (erases) this.#say(null);
    else if (event.key !== "Enter") return;
    event.preventDefault();
    if (event.key === "Enter") this.range.form.requestSubmit();
    else if (!erases) this.back();
  }

  #say(percent) {
    this.#write(percent);
    this.changed({ by: "confidence" });
  }

  #write(percent) {
    this.#said = percent !== null;
    this.range.value = percent ?? START;
    const words = this.#said ? `${percent} %` : "not said";
    this.output.textContent = words;
    this.range.setAttribute("aria-valuetext", words);
    this.box.toggleAttribute("data-said", this.#said);
    this.eraser.hidden = !this.#said;
  }
}
