/* How long a person waits between the key and the next example: marks in the browser's own timeline, for tests and for
   whoever looks with the developer tools. "painted" is taken in the first task after the frame was drawn, so it holds
   style, layout and paint; "drawn" is when our own code was through. */

const channel = new MessageChannel();
const after = [];
channel.port1.onmessage = () => after.splice(0).forEach((act) => act());

/** Calls `act` right after the next frame was painted. */
export function afterPaint(act) {
  requestAnimationFrame(() => {
    after.push(act);
    channel.port2.postMessage(0);
  });
}

/** Measures from `since` (an event's own time) until the frame with the next example is painted. */
export function measurePaint(since, detail) {
  performance.mark("label:key", { startTime: since, detail });
  performance.mark("label:drawn", { detail });
  afterPaint(() => {
    performance.mark("label:painted", { detail });
    performance.measure("label:submit-to-painted", { start: since, end: performance.now(), detail });
  });
}
