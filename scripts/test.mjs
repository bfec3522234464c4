// `npm test`: every check there is, in stages; `node scripts/test.mjs rust` runs one of them.
// Stops at the first stage that fails, and names it.

import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { forget, summary } from "../tests/faults/report.mjs";
import { runBrowserTests } from "./browser-tests.mjs";
import { buildPackage } from "./build.mjs";
import { nodeTests } from "./node-tests.mjs";
import { buildRelay, buildRelayAndPeers, relayProgram } from "./relay.mjs";
import { main, root, run } from "./run.mjs";
import { bring } from "./tools.mjs";

const WASM = ["--package", "blobcast", "--target", "wasm32-unknown-unknown"]; // and, with it, wire and container

/** What was begun, for those who wait for it. */
let built, ahead;

const stages = {
  /** `beside` begins what has the time that the relay's tests, which mostly wait, leave. */
  async rust(beside = () => {}) {
    await bring("rustfmt", "clippy", "wasm target", "ffmpeg", "nats-server"); // ffprobe counts the frames of recordings
    await run("cargo", ["fmt", "--all", "--check"]);
    await run("cargo", ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    await run("cargo", ["clippy", ...WASM, "--all-targets", "--", "-D", "warnings"]);
    await run("cargo", ["doc", "--workspace", "--no-deps"], { env: { RUSTDOCFLAGS: "-D warnings" } });
    await run("cargo", ["test", "--workspace", "--no-run"]);
    beside();
    // The relay's tests wait for sockets and clocks: two at once, as many as there are cores, leave these idle.
    await run("cargo", ["test", "--workspace"], { env: { RUST_TEST_THREADS: "6" } });
  },
  /** The stages that need it wait for the same one. */
  build() {
    return (built ??= build());
  },
  async browser() {
    await bring("wasm target", "wasm-pack", "wasm-bindgen", "chromium", "chromedriver", "firefox", "geckodriver");
    await buildRelay();
    await runBrowserTests();
  },
  e2e: () => inNode([...WITH_BROWSERS, "faketime"], e2eFiles),
  package: () => inNode([...WITH_BROWSERS, ...FOR_PACKAGE], packageFiles),
  /** Both at once: what one kind of file leaves idle the other takes. */
  pages: () => inNode([...WITH_BROWSERS, "faketime", ...FOR_PACKAGE], e2eFiles, packageFiles),
  async soak() {
    await stages.build();
    await bring("node modules", "chromium", "firefox");
    await oneByOne(await testFiles("tests/soak"), LONG);
  },
  async long() {
    await stages.build();
    await bring(...WITH_BROWSERS, "modules of the examples", "faketime");
    await bring("webkit").catch(({ message }) => console.log(message)); // what needs it is skipped
    const files = await testFiles("tests/e2e", (name) => !isFault(name));
    const isLong = await Promise.all(files.map(hasLongForm));
    await oneByOne(files.filter((_, i) => isLong[i]), LONG);
    await stages.faults();
  },
  async faults() {
    await stages.build();
    await buildRelayAndPeers();
    await bring(...WITH_BROWSERS, "faketime");
    await bring("iproute2").catch(({ message }) => console.log(message)); // what needs it is skipped
    await run("cargo", ["test", "--package", "blobcast-container", "--test", "damage"], { env: LONG });
    await run("cargo", ["test", "--package", "blobcast-relay", "--test", "relay", "fleet"], { env: LONG });
    await forget();
    const files = [...(await testFiles("tests/faults")), ...(await testFiles("tests/e2e", isFault))];
    await oneByOne(files, LONG).finally(async () => console.log(`\n${await summary()}`));
  },
};

async function build() {
  await ahead;
  await buildPackage();
  await run(process.execPath, ["scripts/imports.mjs"]); // each name that is imported is exported: what only a page would say otherwise
  await buildRelay();
}

/** What `npm test` runs. The others are parts of these, or take long. */
const USUAL = ["rust", "build", "browser", "pages"];

/**
 * Builds with what others leave of the machine, where no more is to be compiled than has changed: on a new one the relay's tests would be late.
 * What goes wrong here goes wrong in the stage `build` again, and is said there.
 */
async function buildAhead() {
  const line = ["-n", "15", process.execPath, "scripts/relay.mjs"];
  if (existsSync(relayProgram)) await run("nice", line, { stdio: "ignore" }).catch(() => {});
}

const WITH_BROWSERS = ["node modules", "chromium", "firefox", "ffmpeg", "nats-server"];
const FOR_PACKAGE = ["modules of the examples", "modules of the apps", "curl", "iproute2", "nginx"];

async function inNode(tools, ...files) {
  await stages.build();
  await bring(...tools);
  for (const tool of ["webkit", "firefox profile"]) await bring(tool).catch(({ message }) => console.log(message)); // it goes without
  await nodeTests((await Promise.all(files.map((list) => list()))).flat());
}

const isPackageTest = (name) => name.startsWith("package");

async function e2eFiles() {
  const ours = (name) => !name.startsWith("node_modules");
  return [...(await testFiles("tests/bench")), ...(await testFiles("tests/compare", ours)), ...(await testFiles("tests/e2e", (name) => !isPackageTest(name)))];
}

/** They come after the others, so that of their kind they are begun first: the longest is among them. */
const packageFiles = async () => ["examples/baby-monitor/alarm.test.mjs", ...(await testFiles("tests/e2e", isPackageTest))];

/** What has a short and a long form (tests/e2e/harness/length.mjs and browsers.mjs) takes the long one. */
const LONG = { TESTS: "long" };
const hasLongForm = async (file) => (await readFile(join(root, file), "utf8")).match(/harness\/(length|browsers)\.mjs/) != null;

/** Of the usual tests these are about faults: they run in that stage again, in their long form. */
const FAULTS = ["archived_film", "changing_broadcaster", "clock_set_back", "cut_sockets", "damaged_media", "fleet", "half_open", "hidden_viewer", "narrow_line", "relay_restart", "token_expires"];
const isFault = (name) => FAULTS.includes(basename(name, ".test.mjs"));

/** What takes long: one file at a time. */
async function oneByOne(files, env) {
  await run(process.execPath, ["--test", "--test-concurrency=1", "--test-reporter=spec", ...files], { env });
}

async function testFiles(folder, wanted = () => true) {
  const names = await readdir(join(root, folder), { recursive: true });
  return names.filter((name) => name.endsWith(".test.mjs") && wanted(name)).sort().map((name) => join(folder, name));
}

main(import.meta, async (names) => {
  const unknown = names.find((name) => !(name in stages));
  if (unknown) throw new Error(`No stage is called ${unknown}: there are ${Object.keys(stages).join(", ")}.`);
  const beside = names.length ? undefined : () => (ahead = buildAhead());
  const done = [];
  for (const name of names.length ? names : USUAL) {
    console.log(`\n=== ${name}`);
    const began = Date.now();
    const failure = await stages[name](beside).then(() => null, (error) => error);
    done.push(`${failure ? "FAILED" : "ok    "} ${name} (${((Date.now() - began) / 1000).toFixed(0)} s)`);
    if (!failure) continue;
    await ahead; // whoever begins anew at once is not to build beside it
    throw new Error(`${done.join("\n")}\n\nStage ${name} failed: ${failure.message}`);
  }
  console.log(`\n${done.join("\n")}`);
});
