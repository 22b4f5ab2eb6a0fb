/* <fieldset id="tags">… <input type="checkbox" name="tag" value="borderline" data-key="b"> …</fieldset>
   and, where it is narrow, <button id="tags-open" aria-expanded="false" aria-controls="tags">Tags</button>. */

const WITHOUT_ANSWER = ["unintelligible", "not_enough_information"];

export class Tags {
  constructor(changed) {
    this.field = document.getElementById("tags");
    this.boxes = [...this.field.querySelectorAll("input[name=tag]")];
    this.opener = document.getElementById("tags-open");
    this.field.addEventListener("change", () => { this.#count(); changed(); });
    this.opener.addEventListener("click", () => this.#open(this.opener.getAttribute("aria-expanded") === "false"));
    this.changed = changed;
  }

  get() { return this.boxes.filter((box) => box.checked).map((box) => box.value).sort(); }

  set(keys) {
    for (const box of this.boxes) box.checked = keys.includes(box.value);
    this.#count();
  }

  /** The tag of this key, on or off; false where no tag has it. */
  toggle(key) {
    const box = this.boxes.find((other) => other.dataset.key === key);
    if (!box) return false;
    box.checked = !box.checked;
    this.#count();
    this.changed();
    return true;
  }

  nameOf(key) { return this.boxes.find((box) => box.value === key)?.dataset.name ?? key; }

  /** Whether an answer may be left out. */
  get excuses() { return this.boxes.some((box) => box.checked && WITHOUT_ANSWER.includes(box.value)); }

  #open(open) {
    this.opener.setAttribute("aria-expanded", String(open));
    this.field.classList.toggle("open", open);
  }

  #count() {
    const chosen = this.boxes.filter((box) => box.checked).length;
    this.opener.querySelector("[data-count]").textContent = chosen ? ` (${chosen})` : "";
  }
}
