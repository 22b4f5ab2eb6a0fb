/* Searching one's own labels: every typed word must be somewhere in the example, its key, the answer, the tags or the comment. */

const known = new WeakMap(); // record → its text, folded once

/** Small letters without accents, so that "ecole" finds "École". */
export const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

export function matches(record, wanted, textOf) {
  if (!wanted) return true;
  let text = known.get(record);
  if (text === undefined) {
    const { words, comment, tags, assignment: { example } } = record;
    text = fold([words, comment, ...(tags ?? []), example.key, textOf(example)].join("\n"));
    known.set(record, text);
  }
  return wanted.split(/\s+/).every((word) => text.includes(word));
}

/** What is read of an example: its fields that are shown as text of some kind. */
export function readable(display) {
  const fields = display.filter((part) => part.as !== "image" && part.as !== "audio").map((part) => part.field);
  const text = (value) => (typeof value === "string" ? value : value === null || value === undefined ? "" : Array.isArray(value) ? value.map(text).join(" ") : typeof value === "object" ? Object.values(value).map(text).join(" ") : String(value));
  return ({ data }) => fields.map((field) => text(data?.[field])).join(" ");
}
