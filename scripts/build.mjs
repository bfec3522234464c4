// `npm run build`: the npm package in pkg/, ready for `npm pack`.
//
// The hand-written face of the package (src/js) lies beside what wasm-bindgen generates.

import { cp, readdir, rm, stat, utimes } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { main, root, run } from "./run.mjs";
import { bring, forBuilding } from "./tools.mjs";

const INPUTS = ["Cargo.toml", "Cargo.lock", "src", "container/Cargo.toml", "container/src", "wire/Cargo.toml", "wire/src", "scripts/build.mjs", "package-lock.json"];
const STAMP = "pkg/index.js";

/** Builds the package when something that it is made of is newer than it. */
export async function buildPackage() {
  if (!(await isStale())) return;
  await bring(...forBuilding);
  const began = new Date();
  await rm(join(root, "pkg"), { recursive: true, force: true });
  // The root's package.json is the published one, so wasm-pack writes none, and no .gitignore that would hide pkg/ from npm.
  const options = ["--no-pack", "--no-gitignore", "--no-typescript"];
  // wasm-opt comes from npm's binaryen: without one on PATH, wasm-pack tries to download it.
  const PATH = [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter);
  await run("wasm-pack", ["build", "--target", "web", "--profile", "wasm", ...options], { env: { PATH } });
  await cp(join(root, "src/js"), join(root, "pkg"), { recursive: true });
  // An edit made during the build is newer than the build.
  await utimes(join(root, STAMP), began, began);
}

async function isStale() {
  const built = await stat(join(root, STAMP)).catch(() => null);
  if (!built) return true;
  const changes = await Promise.all(INPUTS.map(lastChange));
  return Math.max(...changes) > built.mtimeMs;
}

async function lastChange(path) {
  const own = await stat(join(root, path));
  if (!own.isDirectory()) return own.mtimeMs;
  const inner = await Promise.all((await readdir(join(root, path))).map((name) => lastChange(join(path, name))));
  return Math.max(own.mtimeMs, ...inner);
}

main(import.meta, buildPackage);
