/* <form data-controller="theme">… <input type="radio" name="theme" value="auto|light|dark"></form>
   Shows the choice at once; the form stores it with the user, and the server writes it on <html> from then on. */
export class Theme {
  constructor(element) {
    element.addEventListener("change", (event) => {
      if (event.target.name === "theme") document.documentElement.dataset.theme = event.target.value;
    });
  }
}
