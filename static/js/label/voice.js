/* What a screen reader is told: <p id="voice" role="status"></p> politely, <p id="alarm" role="alert"></p> at once. */

function into(id) {
  const region = document.getElementById(id);
  let frame = 0;
  return (text) => {
    region.textContent = "";
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => { region.textContent = text; });
  };
}

export function makeVoice() {
  return { say: into("voice"), alarm: into("alarm") };
}
