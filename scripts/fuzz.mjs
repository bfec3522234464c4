// `npm run fuzz`: feeds what reads bytes from outside with inputs that a fuzzer makes up (fuzz/), until one fails or the time is over.

import { copyFile, mkdir, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { main, root, run } from "./run.mjs";
import { bring } from "./tools.mjs";

/** A target is a file there; what it calls is in `src/fuzzing` of a crate. */
const TARGETS = (await readdir(join(root, "fuzz/fuzz_targets"))).map((file) => basename(file, ".rs")).sort();

/** The longest input, bytes: a few messages, or the beginning of a recording. */
const LONGEST = 4096;

/** What takes longer hangs, s: it is the clock's time, and on a busy machine a fuzzer may wait for a processor for long. */
const PATIENCE = 60;

const USAGE = `npm run fuzz -- [target…] [--seconds N]
  target        of ${TARGETS.join(", ")}; default: all, one after the other
  --seconds N   how long each of them; default: 60`;

main(import.meta, async (args) => {
  const options = { seconds: { type: "string", default: "60" }, help: { type: "boolean" } };
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  if (values.help) return console.log(USAGE);
  const unknown = positionals.find((name) => !TARGETS.includes(name));
  if (unknown) throw new Error(`${unknown} is none of ${TARGETS.join(", ")}.\n\n${USAGE}`);
  if (!(Number(values.seconds) > 0)) throw new Error(`${values.seconds} is no time.\n\n${USAGE}`);
  await bring("nightly", "cargo-fuzz");
  for (const target of positionals.length ? positionals : TARGETS) await fuzz(target, Number(values.seconds));
});

async function fuzz(target, seconds) {
  console.log(`\n=== ${target}, ${seconds} s`);
  // What it finds that is new, but does not fail, is of this machine; the corpus of the repository is only read.
  const found = `target/fuzz/corpus/${target}`;
  const failed = `fuzz/artifacts/${target}`;
  for (const folder of [found, failed]) await mkdir(join(root, folder), { recursive: true });
  const before = await readdir(join(root, failed));
  // Nothing here is unsafe, so no sanitizer is needed; what overflows panics (fuzz/Cargo.toml).
  const cargo = ["+nightly", "fuzz", "run", "--sanitizer", "none", "--target-dir", "target/fuzz", target, found, `fuzz/corpus/${target}`];
  const fuzzer = [`-max_total_time=${seconds}`, `-max_len=${LONGEST}`, `-timeout=${PATIENCE}`, "-rss_limit_mb=1024", "-print_final_stats=1"];
  await run("cargo", [...cargo, "--", ...fuzzer]).catch(async (error) => {
    const inputs = (await readdir(join(root, failed))).filter((name) => !before.includes(name));
    if (inputs.length === 0) throw error;
    for (const name of inputs) await copyFile(join(root, failed, name), join(root, "fuzz/corpus", target, name));
    throw new Error(`${target} failed. The input is in fuzz/corpus/${target} now, so npm run test:rust fails until this is mended: ${inputs.join(", ")}`);
  });
}
