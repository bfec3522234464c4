// `npm run build`: the npm package in pkg/, ready for `npm pack`.
//
// wasm-bindgen's output and the hand-written face of the package (src/js) meet in STAGE, readable. From there each entry that
// package.json exports is bundled and minified into pkg/: index.js, so that a page loads it and the wasm one after the other and
// nothing between, and what else is exported beside it, which shares its code. What is imported dynamically is a script of its own.

import { cp, mkdir, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, delimiter, join, relative } from "node:path";
import { main, manifest, root, run } from "./run.mjs";
import { shortenNames } from "./shorten.mjs";
import { bring, forBuilding } from "./tools.mjs";

const INPUTS = [
  ...["Cargo.toml", "Cargo.lock", "src", "container/Cargo.toml", "container/src", "wire/Cargo.toml", "wire/src"],
  ...["scripts/build.mjs", "scripts/shorten.mjs", "package.json", "package-lock.json"],
];
const STAMP = "pkg/index.js";

/** What the package is made of, as it was written. */
export const STAGE = "target/npm";
export const WASM = "blobcast_bg.wasm";
export const GLUE = "blobcast.js";
/** Which files there went into which script of pkg/, as JSON. */
export const SOURCES = `${STAGE}/sources.json`;

/** The script that only a page loads in which something is to be said on the console. */
export const LATER = "console.js";

/** The scripts that package.json exports, such as `index.js`: each is in src/js. */
export function entries() {
  const files = Object.values(manifest().exports).map((entry) => entry.default.replace("./pkg/", ""));
  return files.filter((file) => file.endsWith(".js"));
}

/** Builds the package when something that it is made of is newer than it. */
export async function buildPackage() {
  if (!(await isStale())) return;
  await bring(...forBuilding);
  const began = new Date();
  for (const folder of [STAGE, "pkg"]) await rm(join(root, folder), { recursive: true, force: true });
  await compile();
  await cp(join(root, "src/js"), join(root, STAGE), { recursive: true });
  await mkdir(join(root, "pkg"));
  const types = (await readdir(join(root, STAGE))).filter((file) => file.endsWith(".d.ts"));
  for (const file of types) await cp(join(root, STAGE, file), join(root, "pkg", file));
  await bundle(await shortenNames(join(root, STAGE, WASM), join(root, "pkg", WASM)));
  // An edit made during the build is newer than the build.
  await utimes(join(root, STAMP), began, began);
}

/** Rust's panics say in which file they are: not where that is on this machine. */
export function forCargo() {
  const home = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  return { RUSTFLAGS: `${process.env.RUSTFLAGS ?? ""} --remap-path-prefix=${join(home, "registry/src")}=` };
}

async function compile() {
  // The root's package.json is the published one, so wasm-pack writes none, and no .gitignore that would hide pkg/ from npm.
  const options = ["--no-pack", "--no-gitignore", "--no-typescript", "--out-dir", STAGE];
  // wasm-opt comes from npm's binaryen: without one on PATH, wasm-pack tries to download it.
  const PATH = [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter);
  await run("wasm-pack", ["build", "--target", "web", "--profile", "wasm", ...options], { env: { PATH, ...forCargo() } });
}

/**
 * Rolldown with its own minifier, oxc. Gzipped, index.js is 7,926 bytes by it, 7,910 by terser, 7,971 by esbuild,
 * and 8,500 as four minified files. Classes keep their names (15 bytes), which is what a console shows of a recording.
 */
async function bundle(changeGlue) {
  const { rolldown } = await import("rolldown");
  const input = Object.fromEntries(entries().map((file) => [file.replace(".js", ""), join(root, STAGE, file)]));
  const glue = { name: "glue", transform: (code, id) => (basename(id) === GLUE ? changeGlue(code) : null) };
  // What is exported beside index.js takes from it what both need: by default that would be a third file, to be asked for after them.
  const bundle = await rolldown({ input, plugins: [glue], preserveEntrySignatures: "allow-extension" });
  const minify = { compress: true, mangle: { toplevel: true, keepNames: { class: true, function: false } }, codegen: true };
  const { output } = await bundle.write({ dir: join(root, "pkg"), format: "esm", minify, entryFileNames: "[name].js", chunkFileNames: "[name].js" });
  await bundle.close();
  const sources = output.map(({ fileName, moduleIds }) => [fileName, moduleIds.map((id) => relative(join(root, STAGE), id))]);
  await writeFile(join(root, SOURCES), JSON.stringify(Object.fromEntries(sources)));
}

async function isStale() {
  const built = await stat(join(root, STAMP)).catch(() => null);
  const staged = await stat(join(root, SOURCES)).catch(() => null);
  if (!built || !staged) return true;
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
