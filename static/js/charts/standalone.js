/* A drawn chart as a picture that stands alone: an SVG without a style sheet, whatever theme the page has in its light
   colours on white, with the finding above it and what it is about below; and that SVG as a PNG. */
const SVG = "http://www.w3.org/2000/svg";
const INHERITED = ["fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "font-family", "font-size", "font-weight", "text-anchor", "visibility", "paint-order"];
const KEPT = new Set(["x", "y", "x1", "x2", "y1", "y2", "dx", "dy", "cx", "cy", "r", "rx", "ry", "d", "points", "width", "height", "transform", "preserveAspectRatio", "viewBox"]);
const PAD = 16;
const HEADING = 20;
const FOOT = 16;

const make = (name, attributes = {}, text = "") => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
};

/** What the page's style sheets make of `element` and all in it, as attributes of a copy. */
function resolved(element, above = null) {
  const style = getComputedStyle(element);
  if (style.display === "none") return null;
  const copy = document.createElementNS(SVG, element.localName);
  for (const { name, value } of element.attributes) if (KEPT.has(name)) copy.setAttribute(name, value);
  const own = {};
  for (const name of INHERITED) {
    own[name] = style.getPropertyValue(name).trim();
    if (own[name] !== above?.[name]) copy.setAttribute(name, own[name]);
  }
  if (style.opacity !== "1") copy.setAttribute("opacity", style.opacity);
  for (const child of element.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) copy.append(child.data);
    else if (child.nodeType === Node.ELEMENT_NODE && child.localName !== "title") {
      const inner = resolved(child, own);
      if (inner) copy.append(inner);
    }
  }
  return copy;
}

/** Words in lines of at most `width` pixels, as `measure` counts a text's pixels. */
export function lines(text, width, measure) {
  const found = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = found.length ? `${found.at(-1)} ${word}` : word;
    if (found.length && measure(longer) <= width) found[found.length - 1] = longer;
    else found.push(word);
  }
  return found;
}

/** {text, width, height}: the SVG `drawn` on the page, made to stand alone. `title` is the finding, `about` what it is
    about in a line, `description` its numbers in words. */
export function standalone(drawn, { title, about, description }) {
  // The drawing is measured in its light colours; nothing is painted in between.
  const scheme = drawn.style.colorScheme;
  drawn.style.colorScheme = "light";
  const probe = drawn.appendChild(make("text", { class: "foot" }));
  const style = getComputedStyle(drawn);
  const [ink, muted, font] = [style.color, getComputedStyle(probe).fill, style.fontFamily];
  probe.remove();
  const copy = resolved(drawn);
  drawn.style.colorScheme = scheme;

  // What hangs over the drawing's edge (a long name) is part of it.
  const box = drawn.getBBox();
  const [width, height] = [drawn.width.baseVal.value, drawn.height.baseVal.value];
  const [left, top] = [Math.min(0, box.x), Math.min(0, box.y)];
  const [right, foot] = [Math.max(width, box.x + box.width), Math.max(height, box.y + box.height)];
  const inner = Math.ceil(right - left);
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.font = `600 15px ${font}`;
  const heading = lines(title, inner, (text) => canvas.measureText(text).width);
  canvas.font = `12px ${font}`;
  const footer = lines(about, inner, (text) => canvas.measureText(text).width);
  const drawnAt = PAD + heading.length * HEADING + 8;
  const whole = { width: inner + 2 * PAD, height: Math.ceil(drawnAt + (foot - top) + 8 + footer.length * FOOT + PAD) };

  const svg = make("svg", { xmlns: SVG, ...whole, viewBox: `0 0 ${whole.width} ${whole.height}`, role: "img", "aria-labelledby": "title description" });
  svg.append(make("title", { id: "title" }, title), make("desc", { id: "description" }, `${about}. ${description}`));
  svg.append(make("rect", { ...whole, fill: "#FFFFFF" }));
  const type = { "font-family": font, fill: ink };
  heading.forEach((text, at) => svg.append(make("text", { x: PAD, y: PAD + 14 + at * HEADING, "font-size": 15, "font-weight": 600, ...type }, text)));
  footer.forEach((text, at) => svg.append(make("text", { x: PAD, y: whole.height - PAD - (footer.length - 1 - at) * FOOT, "font-size": 12, ...type, fill: muted }, text)));
  const group = make("g", { transform: `translate(${PAD - left},${drawnAt - top})` });
  for (const { name, value } of copy.attributes) if (INHERITED.includes(name)) group.setAttribute(name, value);
  group.append(...copy.childNodes);
  svg.append(group);
  return { text: `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(svg)}\n`, ...whole };
}

/** The PNG of a standing-alone SVG, `scale` times as many pixels as it has units. */
export async function toPng({ text, width, height }, scale = 2) {
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const image = new Image(width, height);
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * scale;
    canvas.height = height * scale;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!blob) throw new Error("the canvas gave no picture");
    return blob;
  } finally {
    URL.revokeObjectURL(address);
  }
}
