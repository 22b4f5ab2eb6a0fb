/* <dialog id="login">: logging in again without leaving the page, so that what is on the screen and what waits stay where
   they are. Only the person whose labels wait can log in here: the name is fixed, the password is asked. */

import { Refused, Unreachable } from "./api.js";
import { Sheet } from "./sheet.js";

export class Login {
  constructor({ keys, api, user, done }) {
    Object.assign(this, { api, user, done });
    this.sheet = new Sheet("login", keys);
    this.form = this.sheet.dialog.querySelector("form");
    this.password = this.form.elements.password;
    this.error = this.sheet.dialog.querySelector("[data-error]");
    this.other = this.sheet.dialog.querySelector("[data-other]");
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.#send(); });
  }

  /** `other`: who is logged in on this computer now, if somebody else is. */
  open(other = null) {
    this.somebodyElse = other;
    this.other.textContent = other ? `${other} is logged in here now. Logging in as ${this.user} logs them out.` : "";
    this.#say("");
    this.sheet.open();
    this.password.focus();
  }

  async #send() {
    if (this.busy) return;
    if (!this.password.value) return this.#say("Type your password.");
    this.busy = true;
    try {
      if (this.somebodyElse) await this.api.logOut();
      this.somebodyElse = null;
      await this.api.logIn(this.user, this.password.value);
      this.password.value = "";
      this.sheet.close();
      this.done();
    } catch (error) {
      if (error instanceof Unreachable) this.#say("The server does not answer. Your labels are kept on this computer; try again in a moment.");
      else if (error instanceof Refused) this.#say(error.status === 400 ? "That is not the password. Type it again." : error.message);
      else throw error;
    } finally {
      this.busy = false;
    }
  }

  #say(sentence) {
    this.error.textContent = sentence;
    this.password.toggleAttribute("aria-invalid", Boolean(sentence));
    if (sentence) this.password.select();
  }
}
