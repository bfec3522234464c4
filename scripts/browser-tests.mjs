// The client's own tests (wasm-pack test) in Chromium and in Firefox, with the real relay beside them.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FOR_TESTS, startRelay } from "./relay.mjs";
import { root, run } from "./run.mjs";
import { programs } from "./tools.mjs";

/** Where the tests find the relay: the test runner serves the crate's folder, so they fetch this file. */
const RELAY = join(root, "tests/relay.json");

export async function runBrowserTests() {
  const relay = await startRelay({ args: FOR_TESTS });
  await writeFile(RELAY, JSON.stringify(relay.line));
  try {
    // Side by side: each takes half a core. Cargo lets one of them build, and the other one wait for that.
    const browsers = [["--chrome", "--chromedriver", programs.chromedriver()], ["--firefox", "--geckodriver", programs.geckodriver()]];
    const ends = await Promise.allSettled(browsers.map((browser) => inBrowser(...browser)));
    for (const { reason } of ends) if (reason) throw reason;
  } finally {
    await rm(RELAY);
    await relay.stop();
  }
}

async function inBrowser(...browser) {
  // Drivers that are killed leave their profiles behind: give them a folder that goes.
  const TMPDIR = await mkdtemp(join(tmpdir(), "blobcast-"));
  try {
    // The time is for all tests together.
    await run("wasm-pack", ["test", "--headless", ...browser], { env: { TMPDIR, WASM_BINDGEN_TEST_TIMEOUT: "180" } });
  } finally {
    await rm(TMPDIR, { recursive: true, force: true });
  }
}
