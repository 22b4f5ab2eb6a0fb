/* What a table or a dialogue may look like in the data, brought into one form; null for what is neither, which is then
   shown as text. labelling/web/shapes.py says the same for leads' pages, and tests/shapes.json holds both to it. */

const COLUMNS = ["columns", "header", "head"];
const ROWS = ["rows", "data"];
const TURNS = ["turns", "messages", "dialogue", "conversation"];
const WHO = ["speaker", "role", "name", "from", "author", "sender", "who"];
const SAID = ["text", "content", "message", "utterance", "value", "said"];
const LINE = /^([^\s:][^:]{0,39}):(?:\s+(.*))?$/s; // "Ada: good morning"
const NUMBER = /^[-+]?\d+([.,]\d+)*\s?%?$/;

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const first = (value, names) => names.find((name) => name in value);

function parsed(value) {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try { return JSON.parse(value); } catch { return value; }
}

const cell = (value) => ({
  text: value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value),
  number: typeof value === "number",
});

/** {head: [text] or null, rows: [{name: text or null, cells: [{text, number}]}]} */
export function tableOf(given) {
  const value = parsed(given);
  if (isObject(value)) return ofObject(value);
  if (!Array.isArray(value) || !value.length) return null;
  if (value.every(isObject)) {
    const head = [...new Set(value.flatMap(Object.keys))];
    return head.length ? { head, rows: value.map((row) => ({ name: null, cells: head.map((key) => cell(row[key])) })) } : null;
  }
  return value.every(Array.isArray) ? ofLists(value) : null;
}

function ofObject(value) {
  const [columns, rows] = [first(value, COLUMNS), first(value, ROWS)];
  if (columns && rows && Array.isArray(value[columns]) && Array.isArray(value[rows]) && value[rows].every(Array.isArray)) {
    return { head: value[columns].map((name) => cell(name).text), rows: value[rows].map((row) => ({ name: null, cells: row.map(cell) })) };
  }
  const names = Object.keys(value);
  return names.length ? { head: null, rows: names.map((name) => ({ name, cells: [cell(value[name])] })) } : null;
}

function ofLists(rows) {
  const [top, ...rest] = rows;
  const names = top.every((name) => typeof name === "string" && name.trim() && !NUMBER.test(name.trim())) && new Set(top).size === top.length;
  const headed = names && rest.length > 0 && top.length > 0;
  return { head: headed ? top : null, rows: (headed ? rest : rows).map((row) => ({ name: null, cells: row.map(cell) })) };
}

/** [{who, said}], who is "" where nobody is named. */
export function turnsOf(given) {
  let value = parsed(given);
  if (isObject(value)) value = value[first(value, TURNS)];
  if (typeof value === "string") return ofLines(value);
  if (!Array.isArray(value) || !value.length) return null;
  const turns = value.map(turn);
  return turns.every(Boolean) ? turns : null;
}

function turn(part) {
  if (typeof part === "string") {
    const [, who = "", said = part] = LINE.exec(part) ?? [];
    return { who, said };
  }
  if (Array.isArray(part)) return part.length === 2 && part.every((text) => typeof text === "string") ? { who: part[0], said: part[1] } : null;
  if (!isObject(part)) return null;
  const said = part[first(part, SAID)];
  const who = part[first(part, WHO)] ?? "";
  return typeof said === "string" ? { who: typeof who === "string" ? who : JSON.stringify(who), said } : null;
}

/** A line that names nobody belongs to the one before it. */
function ofLines(text) {
  const turns = [];
  for (const line of text.split(/\r?\n/)) {
    const found = LINE.exec(line.trim());
    if (found) turns.push({ who: found[1], said: found[2] ?? "" });
    else if (turns.length && line.trim()) turns.at(-1).said += `${turns.at(-1).said ? "\n" : ""}${line.trim()}`;
    else if (line.trim()) return null;
  }
  return turns.length > 1 ? turns : null;
}
