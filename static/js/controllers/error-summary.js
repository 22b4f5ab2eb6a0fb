/* <div class="error-summary" tabindex="-1" data-controller="error-summary"> takes the focus; its links go to the fields. */
export class ErrorSummary {
  constructor(element) {
    element.focus();
    element.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (!target) return;
      event.preventDefault();
      const field = target.matches("input, select, textarea, button, a") ? target : target.querySelector("input, select, textarea") ?? target;
      target.closest("details")?.setAttribute("open", "");
      (target.closest(".field") ?? target).scrollIntoView({ block: "center" });
      field.focus({ preventScroll: true });
    });
  }
}
