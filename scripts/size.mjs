// `npm run size`: what the package costs a page that imports it, and what others cost.

import { execFileSync } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { buildPackage, GLUE, SOURCES, STAGE, WASM } from "./build.mjs";
import { main, root } from "./run.mjs";

const KB = 1024;

/** Where we want to be, in bytes that a page loads, gzipped. */
export const GOAL = 45 * KB;

/**
 * What the tests allow: what the package weighed at the last change of this line, rounded up to the next half KB. So it only goes down:
 * who makes the package smaller lowers it, and who needs more has to find it elsewhere.
 */
export const BUDGET = 100.5 * KB;

/** Other packages for live video, minified and gzipped, in KB. */
const PEERS = { "mpegts.js": 63.8, "livekit-client": 155.5, "hls.js": 184.6, "@moq/watch + @moq/publish": 212.3 };

const ENTRY = "index.js";

/**
 * What there is, in bytes: `{ name, written, shipped, gzipped }` of each file, and `loads`, the gzipped bytes of `import "blobcast"`.
 * A script was written as several: `glue` is what wasm-bindgen wrote of it.
 */
export async function sizes() {
  const sources = JSON.parse(await readFile(join(root, SOURCES), "utf8"));
  const wasm = await weigh(WASM, [WASM]);
  const scripts = await Promise.all(Object.entries(sources).map(([name, parts]) => weigh(name, parts)));
  const entry = scripts.find(({ name }) => name === ENTRY);
  const others = scripts.filter((script) => script !== entry);
  return { files: [wasm, entry, ...others], loads: wasm.gzipped + entry.gzipped };
}

async function weigh(name, sources) {
  const shipped = await readFile(join(root, "pkg", name));
  const written = await Promise.all(sources.map((source) => stat(join(root, STAGE, source))));
  return {
    name,
    written: written.reduce((sum, { size }) => sum + size, 0),
    glue: written[sources.indexOf(GLUE)]?.size,
    shipped: shipped.length,
    gzipped: gzip(shipped).length,
  };
}

/** By the program, as others weigh theirs: Node's own zlib is faster and leaves a percent more. */
export const gzip = (input) => execFileSync("gzip", ["-9", "-n", "-c"], { input });

function print({ files, loads }) {
  const [, , ...others] = files;
  const line = (name, ...figures) => console.log(name.padEnd(28), ...figures.map((figure) => figure.padStart(9)));
  line("KB", "written", "shipped", "gzip -9");
  for (const { name, glue, ...figures } of files) {
    line(name, kb(figures.written), kb(figures.shipped), kb(figures.gzipped));
    if (glue) line("  of it wasm-bindgen's glue", kb(glue));
  }
  console.log();
  line(`import "blobcast" loads`, "", "", kb(loads));
  for (const { name, gzipped } of others) line(`with ${name}`, "", "", kb(loads + gzipped));
  line("budget", "", "", kb(BUDGET));
  line("goal", "", "", kb(GOAL));
  console.log("\nothers, minified and gzipped");
  for (const [name, figure] of Object.entries(PEERS)) line(name, "", "", figure.toFixed(1));
}

const kb = (bytes) => (bytes / KB).toFixed(1);

main(import.meta, async () => {
  await buildPackage();
  print(await sizes());
});
