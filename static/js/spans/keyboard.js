/* Keys on the text, for the active question's layer. Returns whether the key was taken; what is not taken goes on to mean
   what it means elsewhere (Tab leaves the text behind its last span, ↓ in the last line goes to the next question). */

const ARROWS = { arrowleft: -1, arrowright: 1 };
const LINES = { arrowup: "backward", arrowdown: "forward" };

/** What the dialog of keys says about this kind. */
export const KEYS = [
  ["← →", "in a text: move the cursor by word, with Alt by letter; with ⇧ select"],
  ["1…9", "mark the selection, or the word at the cursor, or change the class of the chosen span"],
  ["Tab", "choose the next span, with ⇧ the one before"],
  ["← →", "with a chosen span: move its start, with ⇧ its end; with Alt by letter"],
  ["Del", "remove the chosen span"],
  ["Z", "undo what was done to spans, with ⇧ do it again"],
  ["0", "nothing to mark"],
];

export function pressed(name, event, layer) {
  const { surface } = layer;
  if (!surface) return false;
  const { steps } = surface;
  if (event.altKey && !(name in ARROWS)) return false;
  if (name in ARROWS) {
    const by = ARROWS[name] * (steps.isRtl(layer.chosen?.start ?? surface.head) ? -1 : 1);
    if (layer.chosen) return layer.nudge(event.shiftKey ? "end" : "start", by, event.altKey);
    return move(layer, event, event.altKey ? steps.letter(surface.head, by) : steps.wordwise(surface.head, by, event.shiftKey));
  }
  if (name in LINES) {
    layer.choose(null);
    const there = surface.linewise(LINES[name], "line");
    return there !== null && move(layer, event, there);
  }
  if (name === "home" || name === "end") {
    layer.choose(null);
    const again = surface.edge === `${name} ${surface.head}`; // then of the text
    const there = again ? null : surface.linewise(name === "home" ? "backward" : "forward", "lineboundary");
    move(layer, event, there ?? (name === "home" ? 0 : surface.text.length));
    surface.edge = `${name} ${surface.head}`;
    return true;
  }
  if (name === "tab") return layer.step(event.shiftKey ? -1 : 1);
  if (event.repeat) return false;
  if (name === "delete" || (name === "backspace" && layer.chosen)) return layer.remove(layer.chosen);
  if (name === "z") return event.shiftKey ? layer.redo() : layer.undo();
  if (name === "escape" && (layer.chosen || surface.range)) {
    const place = layer.chosen?.end ?? surface.head;
    layer.choose(null);
    surface.select(place, place);
    return true;
  }
  return false;
}

/** Puts the cursor there, or extends the selection to there, and says what stands there. */
function move(layer, event, there) {
  const { surface } = layer;
  surface.select(event.shiftKey ? surface.anchor : there, there, { reveal: true });
  layer.sayWhere();
  return true;
}
