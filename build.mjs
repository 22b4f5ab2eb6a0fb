// Bundles static/js/pages/*.js (one entry a page, shared parts split off) and static/css/workbench.css
// into build/static, copies the other folders of static/ beside them, and prints what each page costs to load, gzipped.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const out = "build/static";
const pages = "static/js/pages";
const entries = existsSync(pages)
  ? readdirSync(pages).filter((name) => name.endsWith(".js")).map((name) => path.join(pages, name))
  : [];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const name of existsSync("static") ? readdirSync("static") : []) {
  if (name !== "js" && name !== "css") cpSync(path.join("static", name), path.join(out, name), { recursive: true });
}

const common = { bundle: true, minify: true, sourcemap: true, metafile: true, logLevel: "warning" };
const gzipped = (file) => gzipSync(readFileSync(file)).length;
const report = (name, bytes) => console.log(`${name.padEnd(32)} ${(bytes / 1024).toFixed(1).padStart(7)} kB gzipped`);

if (entries.length) {
  const { metafile } = await esbuild.build({
    ...common,
    entryPoints: entries,
    outdir: path.join(out, "js"),
    outbase: "static/js",
    format: "esm",
    splitting: true,
    target: ["es2022"],
    legalComments: "linked",
  });
  for (const [file, made] of Object.entries(metafile.outputs)) {
    if (!made.entryPoint) continue;
    // What the page waits for: the entry and everything it imports at once, not what it fetches later.
    const needed = new Set();
    const walk = (name) => {
      if (needed.has(name)) return;
      needed.add(name);
      for (const { path: next, kind } of metafile.outputs[name].imports) {
        if (kind === "import-statement" && metafile.outputs[next]) walk(next);
      }
    };
    walk(file);
    report(path.relative(out, file), [...needed].reduce((sum, name) => sum + gzipped(name), 0));
  }
}

if (existsSync("static/css/workbench.css")) {
  await esbuild.build({
    ...common,
    entryPoints: ["static/css/workbench.css", "static/css/label.css"],
    outdir: path.join(out, "css"),
    target: ["es2022", "chrome120", "firefox121", "safari17"],
    external: ["/static/*"],
  });
  for (const name of ["css/workbench.css", "css/label.css"]) report(name, gzipped(path.join(out, name)));
}
