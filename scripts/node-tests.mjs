// Files of tests in Node, as many at once as two cores carry. Each file's log comes in one piece, when the file has ended.

import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { root } from "./run.mjs";

/** What runs at once weighs no more than this. */
const CAPACITY = 15;

/** No file takes so long, in ms: one that does hangs. */
const PATIENCE = 15 * 60_000;

/** In the order in which they are begun, each as soon as there is room for it. */
const KINDS = [
  // It films what a browser without a screen of its own paints, which does not do beside anything.
  { weight: 15, names: ["webkit"] },
  // They measure when something happens; or film three viewers, and where each of them is within a second: one at a time, beside what waits.
  { weight: 12, names: ["joining", "low_latency", "narrow_line", "realtime", "hidden_viewer"] },
  // They film what several pages show, in two browsers, and where no picture may be missing.
  { weight: 9, names: ["cut_sockets", "rewind"] },
  // They film what is shown: two at once, for three take all of two cores, are no sooner done, and some of them are late.
  { weight: 6, imports: /harness\/(barcodes|congested|damaged|hidden|pictures|screencast)\.mjs/ },
  // They wait: for pings, for a link that tries again, for segments that nobody watches.
  { weight: 3, names: ["close_codes", "half_open", "list_of_relays", "tokens"] },
  // They look at words, states and messages.
  { weight: 4, imports: /^/ },
  // Most of all, some time has to pass.
  { weight: 1, names: ["hidden_broadcaster", "hidden_still_source", "slides", "still_source", "token_expires"] },
];

async function kindOf(file) {
  const text = await readFile(join(root, file), "utf8");
  const named = KINDS.findIndex(({ names }) => names?.includes(basename(file, ".test.mjs")));
  return named < 0 ? KINDS.findIndex(({ imports }) => imports?.test(text)) : named;
}

/** Runs all; rejects with the names of those that failed. */
export async function nodeTests(files) {
  const waiting = await Promise.all(files.map(async (file) => ({ file, kind: await kindOf(file) })));
  waiting.reverse().sort((a, b) => a.kind - b.kind); // as it happens the long ones of a stage are last: nothing is to wait for them
  const running = new Set();
  const failed = [];
  while (waiting.length || running.size) {
    const free = CAPACITY - [...running].reduce((sum, { kind }) => sum + KINDS[kind].weight, 0);
    const next = waiting.findIndex(({ kind }) => KINDS[kind].weight <= free);
    if (next < 0) {
      await Promise.race([...running].map(({ end }) => end));
      continue;
    }
    const [one] = waiting.splice(next, 1);
    running.add(one);
    one.end = runFile(one.file).then((isOk) => {
      running.delete(one);
      if (!isOk) failed.push(one.file);
    });
  }
  await runAgain(failed, files.length);
}

/** This part of all may have been delayed by what ran beside them; of more, something is broken. */
const DELAYED = 0.1;

/** What has failed beside others has to pass alone: what is timed fails where the machine does much else, what is broken fails again. */
async function runAgain(failed, count) {
  const passed = [];
  for (const file of failed.length > count * DELAYED ? [] : failed) {
    if (await runFile(file, ", once more and alone")) passed.push(file);
  }
  const broken = failed.filter((file) => !passed.includes(file));
  if (broken.length) throw new Error(`of ${count} files of tests these failed: ${broken.join(" ")}`);
  if (failed.length) console.log(`\nFailed beside others and passed alone: ${failed.join(" ")}`);
}

/** What the log of a single file need not count. */
const COUNTS = /^ℹ (tests|suites|pass|fail|todo|duration_ms) .*\n|^ℹ (cancelled|skipped) 0\n/gm;

/** Whether all tests of a file have passed. */
async function runFile(file, how = "") {
  const began = Date.now();
  const seconds = () => ((Date.now() - began) / 1000).toFixed(0);
  const child = spawn(process.execPath, ["--test", "--test-reporter=spec", file], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const log = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => log.push(data));
  let patience;
  const end = await new Promise((resolve) => {
    patience = setTimeout(() => (child.kill(), resolve("us, since it hangs")), PATIENCE);
    child.once("error", (error) => resolve(error.message)).once("close", (code, signal) => resolve(code ?? signal));
  });
  clearTimeout(patience);
  const ended = typeof end === "number" ? "" : `, ended by ${end}`;
  console.log(`\n--- ${file} (${seconds()} s${how}${ended})\n${Buffer.concat(log).toString().replace(COUNTS, "").trimEnd()}`);
  return end === 0;
}
