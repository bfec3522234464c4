// Lays the demo into relay/demo, from where it is compiled into the relay: the pages of www/ with what they take from npm, the built
// package below blobcast/, and each gzipped beside it. (A crate has no files from outside of its folder.) What has not changed is not touched: cargo looks at times.

import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { root } from "./run.mjs";
import { bringVendor } from "./vendor.mjs";

const DEMO = "relay/demo";

/** As long as the package has not been built there is no demo: the relay says so then. */
export async function layDemo() {
  const files = existsSync(join(root, "pkg/index.js")) ? await filesOfDemo() : new Map();
  for (const [name, bytes] of files) {
    const path = join(root, DEMO, name);
    const before = await readFile(path).catch(() => null);
    if (before?.equals(bytes)) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
  for (const name of await namesIn(DEMO)) {
    if (name !== ".gitignore" && !files.has(name)) await rm(join(root, DEMO, name));
  }
}

async function filesOfDemo() {
  await bringVendor();
  const package_ = (await namesIn("pkg")).filter((name) => !name.endsWith(".d.ts"));
  const sources = [
    ...(await namesIn("www")).map((name) => [name, `www/${name}`]),
    ...package_.map((name) => [`blobcast/${name}`, `pkg/${name}`]),
  ];
  const files = new Map();
  for (const [name, source] of sources) {
    const bytes = await readFile(join(root, source));
    const packed = gzipSync(bytes, { level: 9 });
    files.set(name, bytes);
    if (packed.length < bytes.length) files.set(`${name}.gz`, packed);
  }
  return files;
}

/** The files of a folder and of those in it, by their paths in it. */
async function namesIn(folder) {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(join(root, folder).length + 1)).sort();
}
