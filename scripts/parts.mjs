// `node scripts/parts.mjs`: what of the wasm costs how much. Builds it once more with the names of its functions, and takes
// each part out to see how much smaller the gzipped code is without it.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { forCargo } from "./build.mjs";
import { main, root, run } from "./run.mjs";
import { bring, forBuilding } from "./tools.mjs";

const TARGET = ["--target", "wasm32-unknown-unknown", "--target-dir", "target"];

/** The first that a function's name matches is its part. What is generic belongs to whom it is made for. */
const PARTS = [
  [/blobcast_(wire|container)/, (match) => `${match[1]}/`],
  [/start_?recording/i, () => "src/recorder"],
  [/start_?viewing/i, () => "src/player"],
  [/blobcast(?:\[\w+\])?::(player::(?:glue|mse)|player|recorder|link|timers|options|dom|callback|promise|property)\b/, (match) => `src/${match[1].replace("::", "/")}`],
  [/blobcast/, () => "the rest of src/"],
  [/rlsf/, () => "rlsf, the allocator"],
  [/js_sys|web_sys|wasm_bindgen/, () => "wasm-bindgen"],
  [/core|alloc|std|__r/, () => "Rust's standard library"],
];

main(import.meta, async () => {
  await bring(...forBuilding);
  const folder = await mkdtemp(join(tmpdir(), "blobcast-"));
  try {
    await run("cargo", ["build", "--quiet", "--lib", "--profile", "wasm", ...TARGET], { env: forCargo() });
    await run("wasm-bindgen", ["--target", "web", "--out-dir", folder, "target/wasm32-unknown-unknown/wasm/blobcast.wasm"]);
    const wasm = join(folder, "blobcast_bg.wasm");
    const manifest = await readFile(join(root, "Cargo.toml"), "utf8");
    const flags = JSON.parse(manifest.match(/^wasm-opt = (\[.*\])/m)[1]);
    await run(join(root, "node_modules/.bin/wasm-opt"), [wasm, ...flags, "-g", "-o", wasm]);
    print(functions(await readFile(wasm)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function print(all) {
  const partOf = ({ name }) => {
    const found = PARTS.find(([pattern]) => pattern.test(name));
    return found ? found[1](name.match(found[0])) : "others";
  };
  const gzipped = (functions) => deflateRawSync(Buffer.concat(functions.map(({ code }) => code)), { level: 9 }).length;
  const whole = gzipped(all);
  const rows = [...new Set(all.map(partOf))].map((part) => ({
    part,
    bytes: all.filter((one) => partOf(one) === part).reduce((sum, { code }) => sum + code.length, 0),
    gzipped: whole - gzipped(all.filter((one) => partOf(one) !== part)),
  }));
  console.table(rows.sort((one, other) => other.gzipped - one.gzipped));
  console.log(`all code, gzipped: ${whole} bytes`);
}

/** The functions of a module with their names. <https://webassembly.github.io/spec/core/binary/modules.html> */
function functions(wasm) {
  const module = new WebAssembly.Module(wasm);
  const imported = WebAssembly.Module.imports(module).filter(({ kind }) => kind === "function").length;
  const names = new Map();
  const [section] = WebAssembly.Module.customSections(module, "name");
  const read = reader(new Uint8Array(section));
  while (!read.isAtEnd()) {
    const [kind, size] = [read.number(), read.number()];
    if (kind !== 1) read.bytes(size);
    else for (let left = read.number(); left > 0; left--) names.set(read.number(), Buffer.from(read.bytes(read.number())).toString());
  }
  const file = reader(wasm.subarray(8));
  for (;;) {
    const [id, size] = [file.number(), file.number()];
    if (id !== 10) {
      file.bytes(size);
      continue;
    }
    return Array.from({ length: file.number() }, (_, index) => ({ name: names.get(imported + index) ?? "", code: file.bytes(file.number()) }));
  }
}

/** Reads numbers (LEB128) and bytes. */
function reader(bytes) {
  let at = 0;
  return {
    isAtEnd: () => at >= bytes.length,
    bytes: (length) => bytes.subarray(at, (at += length)),
    number() {
      let [number, shift] = [0, 0];
      for (;;) {
        const byte = bytes[at++];
        number += (byte & 127) * 2 ** shift;
        shift += 7;
        if (byte < 128) return number;
      }
    },
  };
}
