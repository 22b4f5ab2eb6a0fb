/* <div class="secret" data-controller="copy"><code data-copy-text>…</code><button class="button" data-copy>Copy</button></div>
   Where the clipboard is refused the text is selected, to be copied by hand. */
import { announce } from "../lib/dom.js";

export class Copy {
  constructor(element) {
    const button = element.querySelector("[data-copy]");
    const source = element.querySelector("[data-copy-text]");
    const words = button.textContent;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.textContent.trim());
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(source);
        button.textContent = "Selected: press Ctrl+C";
      }
      announce(button.textContent);
      setTimeout(() => { button.textContent = words; }, 4000);
    });
  }
}
