/* The picture of a sound: how loud it is, column by column, as one SVG path that is as wide as its place. Drawn by hand,
   since what draws waveforms elsewhere writes styles that the Content-Security-Policy refuses. */

const COLUMNS = 500;
const SAMPLES = 400; // looked at in a column at most, so that ten minutes are scanned within a frame
const RATE = 8000; // Hz; plenty for a picture, and little to hold
const FAINT = 0.02; // quieter sounds than that are not blown up to full height

/** The loudest sample of each column, from 0 to 1, louder ones scaled to 1. Pure. */
export function peaksOf(samples, columns = COLUMNS) {
  const peaks = new Float32Array(columns);
  const width = samples.length / columns;
  const step = Math.max(1, Math.floor(width / SAMPLES));
  let loudest = FAINT;
  for (let column = 0; column < columns; column += 1) {
    const end = Math.min(samples.length, Math.ceil((column + 1) * width));
    let peak = 0;
    for (let at = Math.floor(column * width); at < end; at += step) peak = Math.max(peak, Math.abs(samples[at]));
    peaks[column] = peak;
    loudest = Math.max(loudest, peak);
  }
  return peaks.map((peak) => peak / loudest);
}

/** A closed path in a box of 1000 by 100. Pure. */
export function pathOf(peaks) {
  const wide = 1000 / peaks.length;
  const points = [...peaks].map((peak, column) => [((column + 0.5) * wide).toFixed(1), Math.max(peak * 48, 0.6)]);
  const upper = points.map(([x, high]) => `${x} ${(50 - high).toFixed(1)}`);
  const lower = points.map(([x, high]) => `${x} ${(50 + high).toFixed(1)}`).reverse();
  return `M0 50L${[...upper, "1000 50", ...lower].join("L")}Z`;
}

let last = Promise.resolve(); // one sound is decoded at a time: each takes memory

/** The path of a sound's file, or null where this browser cannot decode it. */
export function draw(blob) {
  const turn = last.then(async () => {
    try {
      const decoded = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await blob.arrayBuffer());
      return pathOf(peaksOf(decoded.getChannelData(0)));
    } catch {
      return null;
    }
  });
  last = turn;
  return turn;
}
