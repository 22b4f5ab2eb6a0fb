/* Finding a class by typing, for kinds that list classes: <div data-finder><input data-find></div> filters
   <label data-name="…"> rows, and <p data-none> says when none is left. */

const ALWAYS = 10; // beyond that many classes the search field is always there

/** `enter(input, text)`: Enter was pressed, with the first class found or null; `leave()`: Esc. Both get a tidy list back
    by `close()`. */
export function makeFinder(host, inputs, { enter, leave }) {
  const field = host.querySelector("[data-find]");
  const none = host.querySelector("[data-none]");
  const rows = inputs.map((input) => {
    const row = input.closest("[data-name]");
    return { input, row, words: `${row.dataset.name} ${input.value} ${input.dataset.definition ?? ""}`.toLocaleLowerCase() };
  });
  const found = () => rows.filter(({ row }) => !row.hidden);
  const filter = (text) => {
    const wanted = text.trim().toLocaleLowerCase();
    for (const { row, words } of rows) row.hidden = !words.includes(wanted);
    none.hidden = found().length > 0;
  };
  const empty = () => {
    if (!field.value) return;
    field.value = "";
    filter("");
  };
  const close = () => {
    empty();
    field.closest("[data-finder]").hidden = rows.length <= ALWAYS;
  };

  field.addEventListener("input", () => filter(field.value));
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    if (event.key === "Escape") { close(); leave(); } else if (!event.repeat) enter(found()[0]?.input ?? null, field.value.trim());
  });

  return {
    empty,
    close,
    open() {
      field.closest("[data-finder]").hidden = false;
      field.focus();
      return true;
    },
  };
}
