// What the demo takes from npm, laid into www/vendor: uPlot draws its graphs, lean-qr its QR codes. Each is one minified module, with its
// licence beside it. Nothing of them is in the package: what a page imports from blobcast stays as small as it is.

import { readFileSync } from "node:fs";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { isNewer, main, root } from "./run.mjs";
import { bring } from "./tools.mjs";

const VENDOR = "www/vendor";
/** What else of each is wanted, as it is. */
const MODULES = { uplot: ["dist/uPlot.min.css"], "lean-qr": [] };

/** Brings them when there are none, or other versions are asked for. */
export async function bringVendor() {
  const names = Object.keys(MODULES);
  if (names.every((name) => isNewer(join(root, VENDOR, `${name}.js`), "package-lock.json", "scripts/vendor.mjs"))) return;
  await bring("node modules");
  await rm(join(root, VENDOR), { recursive: true, force: true });
  await mkdir(join(root, VENDOR), { recursive: true });
  for (const [name, files] of Object.entries(MODULES)) {
    const from = join(root, "node_modules", name);
    await copyFile(join(from, "LICENSE"), join(root, VENDOR, `${name}.LICENSE.txt`));
    for (const file of files) await copyFile(join(from, file), join(root, VENDOR, `${name}${file.slice(file.lastIndexOf("."))}`));
  }
  const { rolldown } = await import("rolldown");
  const bundle = await rolldown({ cwd: root, input: Object.fromEntries(names.map((name) => [name, name])) });
  await bundle.write({ dir: join(root, VENDOR), format: "esm", minify: true, entryFileNames: "[name].js" });
  await bundle.close();
}

main(import.meta, async () => {
  await bringVendor();
  for (const name of Object.keys(MODULES)) {
    const bytes = readFileSync(join(root, VENDOR, `${name}.js`));
    console.log(`${name}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzipped`);
  }
});
