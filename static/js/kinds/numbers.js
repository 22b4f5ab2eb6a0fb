/* Numbers as people write them. No document in here. */

const NUMBER = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)$/;
const TWO_WAYS = /^[+-]?[1-9]\d{0,2},\d{3}$/; // a thousand, or a bit more than one

/** {value: number or null, why: null or the sentence that says what is wrong}. A comma is a point. */
export function readNumber(text) {
  const tidy = text.trim().replace(/^[−–]/, "-");
  if (!tidy) return { value: null, why: null };
  const value = Number(tidy.replace(",", "."));
  if (!NUMBER.test(tidy) || !Number.isFinite(value)) return { value: null, why: "The answer is a number, like 12.5." };
  if (TWO_WAYS.test(tidy)) return { value: null, why: `${tidy} can be read in two ways: write ${tidy.replace(",", "")} or ${tidy.replace(",", ".")}.` };
  return { value: value === 0 ? 0 : value, why: null };
}

/** "between 0 and 10", "0 or more", "10 or less" */
export function rangeWords({ low, high }) {
  if (low !== undefined && high !== undefined) return `between ${low} and ${high}`;
  return high === undefined ? `${low} or more` : `${high} or less`;
}

/** The text after `many` steps up or down, within the question's limits; the first one writes where it starts. */
export function step(text, many, { low = -Infinity, high = Infinity }) {
  const within = (number) => Math.min(high, Math.max(low, number));
  const { value } = readNumber(text);
  if (value === null) return String(within(0));
  const decimals = Math.max(/[.,](\d*)$/.exec(text.trim())?.[1].length ?? 0, high - low <= 2 ? 1 : 0);
  return String(Number(within(value + many / 10 ** decimals).toFixed(decimals)));
}
