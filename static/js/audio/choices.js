/* How somebody listens on this computer, from one sound to the next: speed, volume, whether sounds play by themselves. */

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const DEFAULTS = { speed: 1, volume: 1, autoplay: false };

const storage = () => `workbench-sound:${document.body.dataset.user ?? ""}`;

/** What was stored, where it makes sense. */
export function read() {
  let kept = {};
  try { kept = JSON.parse(localStorage.getItem(storage())) ?? {}; } catch { /* the defaults, then */ }
  return {
    speed: SPEEDS.includes(kept.speed) ? kept.speed : DEFAULTS.speed,
    volume: kept.volume >= 0 && kept.volume <= 1 ? kept.volume : DEFAULTS.volume,
    autoplay: kept.autoplay === true,
  };
}

export const choices = read();

export function choose(changed) {
  Object.assign(choices, changed);
  try { localStorage.setItem(storage(), JSON.stringify(choices)); } catch { /* for this visit only, then */ }
}
