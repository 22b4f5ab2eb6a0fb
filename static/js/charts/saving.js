/* The buttons under a chart that save it as a picture. They are made here, so there are none without JavaScript. */
import { announce, h } from "../lib/dom.js";
import { csv, fileName, inWords, table } from "./files.js";
import { standalone, toPng } from "./standalone.js";

/** Hand a file to the browser. */
export function give(blob, name) {
  const link = h("a", { href: URL.createObjectURL(blob), download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser may still be reading it
}

const day = () => new Date().toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });

/** The row of buttons for `figure`; `drawn()` gives its SVG as it is now, `format` writes a value. */
export function saving(figure, { title, data, drawn, format }) {
  const { project, question, what } = figure.dataset;
  const name = (ending) => fileName([project, question, what || title], ending);
  const about = [project, question && `question ${question}`, day()].filter(Boolean).join(", ");
  const alone = () => standalone(drawn(), { title, about, description: inWords(data, format) });
  const makers = {
    SVG: () => new Blob([alone().text], { type: "image/svg+xml" }),
    PNG: () => toPng(alone()),
    CSV: () => new Blob([csv(table(data))], { type: "text/csv" }),
  };
  const status = h("span", { class: "muted", role: "status" });
  const save = async (kind) => {
    if (!drawn()) return;
    try {
      give(await makers[kind](), name(kind.toLowerCase()));
      status.textContent = "";
      announce(`${kind} saved.`);
    } catch {
      status.textContent = `This browser could not make the ${kind}. The chart is unchanged; save it as SVG.`;
    }
  };
  const buttons = Object.keys(makers).map((kind) => {
    const button = h("button", { type: "button", class: "button small", "aria-label": `${kind} of the chart “${title}”` }, kind);
    button.addEventListener("click", () => save(kind));
    return button;
  });
  return h("div", { class: "saving" }, h("span", { class: "muted", "aria-hidden": "true" }, "Save the chart:"), ...buttons, status);
}
