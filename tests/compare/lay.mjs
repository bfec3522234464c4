// The pages as browsers get them: each contender's scripts bundled by themselves, as a page that has nothing else would have them.

import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "rolldown";
import { root } from "../../scripts/run.mjs";
import { gzip } from "../../scripts/size.mjs";

const SOURCE = join(root, "tests/compare/pages");
const FOLDER = join(root, "target/compare");

/** Lays all pages in a folder; resolves with it, and with what each viewer's script `weighs`, in bytes, minified and gzipped. */
export async function layPages() {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  await cp(join(root, "tests/e2e/pages"), FOLDER, { recursive: true });
  for (const file of ["stage.html", "stage.js"]) await cp(join(SOURCE, file), join(FOLDER, file));
  const weighs = {};
  for (const side of ["publisher", "viewer"]) {
    for (const file of await readdir(join(SOURCE, side))) {
      const name = basename(file, ".js");
      const weight = await bundle(join(SOURCE, side, file), join(FOLDER, side, name));
      if (side === "viewer") weighs[name] = weight;
    }
  }
  return { www: FOLDER, weighs };
}

async function bundle(input, dir) {
  const { output } = await build({
    input,
    external: ["blobcast"],
    output: { dir, minify: true, entryFileNames: "index.js" },
    logLevel: "silent",
  });
  return weightOf(output);
}

/** An entry with what it imports; what it may load later is left out. */
function weightOf(output) {
  const loaded = new Set([output.find(({ isEntry }) => isEntry)]);
  for (const { imports } of loaded) {
    for (const chunk of output) if (imports?.includes(chunk.fileName)) loaded.add(chunk);
  }
  return [...loaded].reduce((sum, { code }) => sum + gzip(Buffer.from(code)).length, 0);
}
