/* What kinds that choose one of a list share. A kind is made by `render(question, host, changed)`; it returns
   get() → the answer or null; set(answer|null); clear(); keys(event, digit) → whether it took the key;
   missing() → null or the sentence that says what to do; words(answer) → for people; focus(). `changed({by})` tells of a
   choice made here: by "key", "pointer" or "find". */

export function radios(question, host, changed, read = (text) => text) {
  const inputs = [...host.querySelectorAll("input[type=radio]")];
  const line = host.querySelector("[data-definition-line]");
  const chosen = () => inputs.find((input) => input.checked) ?? null;
  const tell = () => { line.textContent = chosen()?.dataset.definition ?? ""; };

  let pressed = false; // by a finger or the mouse, and not by arrows that move through radios
  host.addEventListener("pointerdown", () => { pressed = true; });
  host.addEventListener("keydown", () => { pressed = false; });
  host.addEventListener("change", (event) => {
    if (event.target.type !== "radio") return;
    tell();
    changed({ by: pressed ? "pointer" : "change", event });
    pressed = false;
  });

  const choose = (input) => { input.checked = true; tell(); };
  const set = (answer) => {
    for (const input of inputs) input.checked = answer !== null && answer !== undefined && read(input.value) === answer;
    tell();
  };

  return {
    inputs,
    choose,
    done: (made) => { if (made) changed({ by: "find" }); else changed({ by: "nothing" }); },
    kind: {
      get: () => (chosen() ? read(chosen().value) : null),
      set,
      clear: () => set(null),
      keys(event, digit) {
        const input = digit === null ? null : inputs.find((other) => other.dataset.digit === String(digit));
        if (!input) return false;
        choose(input);
        changed({ by: "key", event });
        return true;
      },
      missing: () => (question.required && !chosen() ? "Choose an answer" : null),
      words: (answer) => inputs.find((input) => read(input.value) === answer)?.closest("label").dataset.name ?? String(answer),
      focus: () => (chosen() ?? inputs[0])?.focus({ preventScroll: true }),
    },
  };
}
