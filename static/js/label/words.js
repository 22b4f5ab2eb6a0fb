/* Numbers and names as they are written on this page. */

const whole = new Intl.NumberFormat("en-GB");

export const thousands = (number) => whole.format(number);

/** 1 label, 3 labels, 1,200 labels */
export const count = (number, one, many = `${one}s`) => `${thousands(number)} ${number === 1 ? one : many}`;

/** A name short enough for one line. */
export const brief = (text, length = 40) => {
  const letters = [...String(text)];
  return letters.length > length ? `${letters.slice(0, length - 1).join("")}…` : String(text);
};

/** An id that no other label has. `crypto.randomUUID` exists on secure pages alone. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
