/* A field shown as a sound: its picture, buttons with their keys, a part that plays again and again.
   <div class="sound" data-player><audio> <div class="wave" role="slider" tabindex="0"><svg>…</svg></div> …</div>, whose
   `player` has time (seconds), play(), pause() and seek(t): see audio/player.js. */

import { choices, choose } from "../audio/choices.js";
import { Player } from "../audio/player.js";
import { Wave } from "../audio/slider.js";
import { clockTime } from "../audio/time.js";
import { h } from "../lib/dom.js";

const SKIP = 3; // s
const DO = {
  play: (player) => player.toggle(),
  back: (player) => player.skip(-SKIP),
  forward: (player) => player.skip(SKIP),
  slower: (player) => player.faster(-1),
  faster: (player) => player.faster(1),
  from: (player) => player.mark("from"),
  to: (player) => player.mark("to"),
  loop: (player) => player.toggleLoop(),
};
const KEYS = { k: "play", " ": "play", j: "back", l: "forward", ",": "slower", ".": "faster", "[": "from", "]": "to", o: "loop" };
const CHORDS = { "alt+p": "play", "ctrl+space": "play", "alt+j": "back", "alt+l": "forward", "alt+,": "slower", "alt+.": "faster", "alt+o": "loop" };

let used = null; // where there are several on the screen, keys go to the one used last

function current(article) {
  const all = [...article.querySelectorAll("[data-player]")];
  return (all.find((node) => node.player === used) ?? all[0])?.player ?? null;
}

const onCurrent = (name) => (article) => {
  const player = current(article);
  if (!player) return false;
  DO[name](player);
  return true;
};

export const actions = Object.fromEntries(Object.entries(KEYS).map(([key, name]) => [key, onCurrent(name)]));
export const chords = Object.fromEntries(Object.entries(CHORDS).map(([key, name]) => [key, onCurrent(name)]));

export function draw(value, { key, field }) {
  const player = new Player(typeof value === "string" ? value : value?.url ?? "");
  const node = h("div", { class: "sound", "data-player": "", role: "group", "aria-label": `Sound of example ${key}: ${field}` });
  node.player = player;
  const wave = new Wave(player);
  const controls = makeControls(player);
  const body = h("div", {}, wave.node, controls.node);
  node.append(player.audio, body);
  node.addEventListener("pointerdown", () => { used = player; });
  node.addEventListener("focusin", () => { used = player; });

  const load = () => {
    node.replaceChildren(player.audio, body);
    return player.load();
  };
  const failed = (again) => {
    const button = h("button", { type: "button", class: "button" }, "Load it again");
    button.addEventListener("click", again);
    node.replaceChildren(h("p", { class: "not-loaded" }, "The sound did not load. Load it again, or skip the example."), button);
  };
  const painted = () => {
    used = null;
    player.settle();
    player.picture();
    if (choices.autoplay) player.play();
  };
  return { node, ready: load(), again: load, failed, painted, medium: "sound" };
}

function makeControls(player) {
  const button = (name, words, hint, more = {}) => {
    const made = h("button", { type: "button", class: "button", "data-do": name, ...more }, h("span", {}, words), h("kbd", { "data-key-for": `audio.${name}` }, hint));
    made.addEventListener("click", () => DO[name](player));
    return made;
  };
  const play = button("play", "Play", "K");
  const loop = button("loop", "Loop", "O", { "aria-pressed": "false" });
  const whole = h("button", { type: "button", class: "button plain", hidden: true }, "All of it");
  whole.addEventListener("click", () => player.repeat(null));
  const speed = h("output", { class: "number speed" }, "1×");
  const now = h("span", { class: "number" }, "0:00.0");
  const length = h("span", { class: "number" });
  const part = h("span", { class: "number part-of-it" });
  const volume = h("input", { type: "range", min: 0, max: 100, step: 5 });
  const self = h("input", { type: "checkbox" });

  volume.addEventListener("input", () => { choose({ volume: Number(volume.value) / 100 }); player.settle(); });
  self.addEventListener("change", () => choose({ autoplay: self.checked }));
  player.addEventListener("time", () => { now.textContent = clockTime(player.time, 1); });
  player.addEventListener("change", () => {
    play.firstChild.textContent = player.playing ? "Pause" : "Play";
    loop.setAttribute("aria-pressed", String(player.loop));
    whole.hidden = !player.part;
    speed.textContent = `${player.speed}×`;
    length.textContent = player.duration === null ? "" : ` of ${clockTime(player.duration, 1)}`;
    part.textContent = player.part ? `${player.loop ? "Again and again" : "Chosen"}: ${clockTime(player.part.from, 1)} to ${clockTime(player.part.to, 1)}` : "";
    volume.value = Math.round(choices.volume * 100);
    self.checked = choices.autoplay;
  });

  const buttons = h("div", { class: "sound-buttons" },
    button("back", "Back 3 s", "J"), play, button("forward", "Forward 3 s", "L"),
    h("span", { class: "sound-set" }, button("slower", "Slower", ","), speed, button("faster", "Faster", ".")),
    h("span", { class: "sound-set" }, loop, button("from", "From here", "["), button("to", "To here", "]"), whole));
  // The focus stays where it was: in the text that is written, or on the example, so that Enter goes on submitting.
  buttons.addEventListener("mousedown", (event) => event.preventDefault());
  const node = h("div", { class: "sound-controls" },
    h("p", { class: "sound-time" }, h("span", {}, now, length), part), buttons,
    h("p", { class: "sound-more" }, h("label", {}, "Volume ", volume), h("label", {}, self, " Play by itself")));
  giveBack(volume);
  giveBack(self);
  return { node };
}

/** A slider or a box that was used with the pointer gives the focus back, or keys would go on changing it. */
function giveBack(control) {
  let before = null;
  control.addEventListener("pointerdown", () => { before = document.activeElement; });
  control.addEventListener("change", () => {
    if (before?.isConnected && before !== document.body) before.focus({ preventScroll: true });
    before = null;
  });
}
