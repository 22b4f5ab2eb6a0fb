/* What keys are called: "u", "enter", "space", "?", "alt+p" where they are stored, "U", "⏎" where people read them. */

const SHOWN = {
  enter: "⏎", backspace: "⌫", delete: "Del", insert: "Ins", space: "Space", alt: "Alt", ctrl: "Ctrl",
  arrowup: "↑", arrowdown: "↓", arrowleft: "←", arrowright: "→",
};
const KEYS = { // as the browser calls them
  enter: "Enter", backspace: "Backspace", delete: "Delete", insert: "Insert", space: " ",
  arrowup: "ArrowUp", arrowdown: "ArrowDown", arrowleft: "ArrowLeft", arrowright: "ArrowRight",
};
const PLACES = { Comma: ",", Period: ".", Slash: "/", Semicolon: ";", BracketLeft: "[", BracketRight: "]", Minus: "-" };

/** 0…9 of a key, also where the row of digits is reached with Shift (AZERTY); null otherwise. */
export function digitOf(event) {
  if (/^[0-9]$/.test(event.key)) return Number(event.key);
  const code = /^(?:Digit|Numpad)([0-9])$/.exec(event.code ?? "");
  return code && !event.shiftKey && event.key?.length === 1 ? Number(code[1]) : null;
}

/** "u", "enter", "escape", "/", "?"; a letter by its place where the layout writes another script. */
export function nameOf(event) {
  const key = event.key ?? "";
  if (key.length === 1) {
    if (/[a-z]/i.test(key)) return key.toLowerCase();
    const code = /^Key([A-Z])$/.exec(event.code ?? "");
    if (code && key.charCodeAt(0) > 127) return code[1].toLowerCase();
    return key;
  }
  return key.toLowerCase();
}

/** "u" → "U", "ctrl+enter" → "Ctrl+⏎", "alt++" → "Alt++". */
export function shownKey(key) {
  const [, chord, base] = /^((?:alt|ctrl)\+)?(.+)$/.exec(key);
  const shown = SHOWN[base] ?? (base.length === 1 ? base.toUpperCase() : base);
  return chord ? `${SHOWN[chord.slice(0, -1)]}+${shown}` : shown;
}

/** The key that was pressed, by that name; null for what is no key of a page: Meta, Ctrl with Alt, Shift with a named key. */
export function pressedKey(event) {
  const { altKey, ctrlKey, metaKey, shiftKey, code = "" } = event;
  if (metaKey || (altKey && ctrlKey) || event.getModifierState?.("AltGraph")) return null;
  const digit = digitOf(event);
  const name = digit === null ? nameOf(event) : String(digit);
  const plain = name === " " ? "space" : name;
  if (altKey) { // some systems write another letter with Alt: then its place counts
    const place = /^Key([A-Z])$/.exec(code)?.[1].toLowerCase() ?? PLACES[code] ?? plain;
    return `alt+${/^[!-~]$/.test(plain) ? plain : place}`;
  }
  if (ctrlKey) return `ctrl+${plain}`;
  return shiftKey && plain.length > 1 ? null : plain;
}

/** A key as the browser tells it, for whoever waits for that one: what `new KeyboardEvent` takes. */
export function eventOf(key) {
  const [, chord, base] = /^((?:alt|ctrl)\+)?(.+)$/.exec(key);
  const code = /^[a-z]$/.test(base) ? `Key${base.toUpperCase()}` : /^[0-9]$/.test(base) ? `Digit${base}`
    : Object.entries(PLACES).find(([, mark]) => mark === base)?.[0] ?? (base === "space" ? "Space" : KEYS[base] ?? "");
  return { key: KEYS[base] ?? base, code, altKey: chord === "alt+", ctrlKey: chord === "ctrl+" };
}
