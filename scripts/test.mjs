// `npm test`: every check there is, in stages; `node scripts/test.mjs rust` runs one of them.
// Stops at the first stage that fails, and names it.

import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { forget, summary } from "../tests/faults/report.mjs";
import { runBrowserTests } from "./browser-tests.mjs";
import { buildPackage } from "./build.mjs";
import { buildRelay, buildRelayAndPeers } from "./relay.mjs";
import { main, root, run } from "./run.mjs";
import { bring } from "./tools.mjs";

const WASM = ["--package", "blobcast", "--target", "wasm32-unknown-unknown"]; // and, with it, wire and container
const isPackageTest = (name) => name.startsWith("package");

const stages = {
  async rust() {
    await bring("rustfmt", "clippy", "wasm target", "ffmpeg", "nats-server"); // ffprobe counts the frames of recordings
    await run("cargo", ["fmt", "--all", "--check"]);
    await run("cargo", ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    await run("cargo", ["clippy", ...WASM, "--all-targets", "--", "-D", "warnings"]);
    await run("cargo", ["doc", "--workspace", "--no-deps"], { env: { RUSTDOCFLAGS: "-D warnings" } });
    await run("cargo", ["test", "--workspace"]);
  },
  async build() {
    await buildPackage();
    await buildRelay();
  },
  async browser() {
    await bring("wasm target", "wasm-pack", "wasm-bindgen", "chromium", "chromedriver", "firefox", "geckodriver");
    await buildRelay();
    await runBrowserTests();
  },
  async e2e() {
    await stages.build();
    await bring("node modules", "chromium", "firefox", "ffmpeg", "faketime");
    await bring("webkit").catch(({ message }) => console.log(message)); // what needs it is skipped
    await nodeTests([...(await testFiles("tests/bench")), ...(await testFiles("tests/e2e", (name) => !isPackageTest(name)))]);
  },
  async package() {
    await stages.build();
    await bring("node modules", "modules of the examples", "chromium", "firefox", "ffmpeg");
    await nodeTests(["examples/baby-monitor/alarm.test.mjs", ...(await testFiles("tests/e2e", isPackageTest))]);
  },
  async soak() {
    await stages.build();
    await bring("node modules", "chromium", "firefox");
    await nodeTests(await testFiles("tests/soak"));
  },
  async faults() {
    await stages.build();
    await buildRelayAndPeers();
    await bring("node modules", "chromium", "firefox", "ffmpeg", "faketime");
    await bring("iproute2").catch(({ message }) => console.log(message)); // what needs it is skipped
    await run("cargo", ["test", "--package", "blobcast-container", "--test", "damage"], { env: { FAULTS: "full" } });
    await forget();
    const files = [...(await testFiles("tests/faults")), ...(await testFiles("tests/e2e", isFault))];
    await nodeTest(files, 1, { FAULTS: "full" }).finally(async () => console.log(`\n${await summary()}`));
  },
};

/** These take long and are run by themselves. */
const SLOW = ["soak", "faults"];

/** Of the usual tests these are about faults: they run in that stage again, with larger numbers. */
const FAULTS = ["archived_film", "changing_broadcaster", "clock_set_back", "cut_sockets", "damaged_media", "half_open", "hidden_viewer", "narrow_line", "relay_restart", "token_expires"];
const isFault = (name) => FAULTS.includes(basename(name, ".test.mjs"));

/**
 * Files of tests that run side by side: in some time has to pass, for which a machine of two cores need not be theirs alone; others
 * look at what happens, and not at when. All other files have the machine to themselves: two cores carry one broadcast.
 */
const SIDE_BY_SIDE = [
  { atOnce: 3, names: ["close_codes", "half_open", "hidden_still_source", "slides", "still_source", "tokens"] },
  {
    atOnce: 2,
    names: [
      ...["archived_film", "bad_input", "browser", "codecs", "demo_pages", "ffmpeg_broadcasts", "element_player", "element_recorder", "firefox_segments", "nothing_left"],
      ...["relay_restart", "rewind", "signal", "sound", "token_expires", "wake_lock", "what_it_says"],
      ...["package", "package_apps", "package_docs", "package_init", "package_policy", "package_samples"],
    ],
  },
];

async function nodeTests(files) {
  let alone = files;
  for (const { atOnce, names } of SIDE_BY_SIDE) {
    const isOne = (file) => names.includes(basename(file, ".test.mjs"));
    await nodeTest(files.filter(isOne), atOnce);
    alone = alone.filter((file) => !isOne(file));
  }
  await nodeTest(alone, 1);
}

async function nodeTest(files, atOnce, env) {
  if (files.length) await run(process.execPath, ["--test", `--test-concurrency=${atOnce}`, "--test-reporter=spec", ...files], { env });
}

async function testFiles(folder, wanted = () => true) {
  const names = await readdir(join(root, folder), { recursive: true });
  return names.filter((name) => name.endsWith(".test.mjs") && wanted(name)).sort().map((name) => join(folder, name));
}

main(import.meta, async (names) => {
  const unknown = names.find((name) => !(name in stages));
  if (unknown) throw new Error(`No stage is called ${unknown}: there are ${Object.keys(stages).join(", ")}.`);
  const done = [];
  const usual = Object.keys(stages).filter((name) => !SLOW.includes(name));
  for (const name of names.length ? names : usual) {
    console.log(`\n=== ${name}`);
    const began = Date.now();
    const failure = await stages[name]().then(() => null, (error) => error);
    done.push(`${failure ? "FAILED" : "ok    "} ${name} (${((Date.now() - began) / 1000).toFixed(0)} s)`);
    if (failure) throw new Error(`${done.join("\n")}\n\nStage ${name} failed: ${failure.message}`);
  }
  console.log(`\n${done.join("\n")}`);
});
