// Short names between the wasm and its glue.
//
// wasm-bindgen calls what passes between the two by names for people, most with a hash, and each stands in both files. wasm-opt
// gives the wasm short ones and says which; then the glue has to call them so too. That is 6 KB less to load, gzipped.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ask, root } from "./run.mjs";

/** Writes a wasm with short names; resolves with a function that makes its glue use them. */
export async function shortenNames(from, to) {
  const cargo = await readFile(join(root, "Cargo.toml"), "utf8");
  const features = cargo.match(/--enable-[\w-]+/g); // those that wasm-pack gives wasm-opt
  const passes = ["--strip-producers", "--strip-target-features", "--minify-imports-and-exports-and-modules"]; // two are for tools alone
  const said = ask("node_modules/.bin/wasm-opt", from, ...features, ...passes, "--output", to);
  if (!said) throw new Error(`wasm-opt could not shorten the names in ${from}.`);
  const { imports, exports } = JSON.parse(said);
  const imported = new Map(imports.map(([, name, short]) => [name, short]));
  const exported = new Map(exports);
  const module = new Map([[imports[0][0], "a"]]); // wasm-opt calls every module so
  return (glue) => {
    let count = 0;
    const renamed = glue
      .replace(/(?<=^ +)\w+(?=: function\()/gm, (name) => (count++, shortened(imported, name)))
      .replace(/(?<=^ +")[^"]+(?=": import0,)/m, (name) => shortened(module, name))
      .replace(/(?<=\bwasm\.)\w+/g, (name) => shortened(exported, name));
    if (count !== imported.size) throw new Error(`The wasm imports ${imported.size} functions, and the glue has ${count}.`);
    return renamed;
  };
}

/** Better no package than one that fails in the page. */
function shortened(names, name) {
  if (!names.has(name)) throw new Error(`The glue names ${name}, which the wasm has not.`);
  return names.get(name);
}
