// The package as a user gets it: packed, installed in projects like theirs (apps/), imported by name, used in a real browser.
// With Vite, package_examples.test.mjs does the same.

import assert from "node:assert/strict";
import { cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { FOR_TESTS, startRelay } from "../../scripts/relay.mjs";
import { ask, run } from "../../scripts/run.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { asCamera, frames } from "./harness/clip.mjs";
import { consoleOf } from "./harness/console.mjs";
import { compare } from "./harness/match.mjs";
import { until } from "./harness/pages.mjs";
import { installApps } from "./harness/packed.mjs";
import { pictures } from "./harness/pictures.mjs";

let apps;
before(async () => (apps = await installApps()), { timeout: 120_000 });

test("a server can import it: nothing is loaded, and a call there says what to do", () => {
  const { names, atImport, error, later } = JSON.parse(ask(process.execPath, join(apps, "node/server.mjs")));
  assert.deepEqual(names, ["Recording", "Viewing", "init", "startRecording"]);
  assert.deepEqual(atImport, []);
  assert.equal(error, "NotSupportedError: there is no page here: call this where only a browser runs it, such as in an effect");
  assert.deepEqual(later, ["document"]);
});

test("TypeScript accepts the whole API and refuses wrong uses", { timeout: 60_000 }, async () => {
  await npm("typescript", "run", "check");
});

test("TypeScript finds the types by Node's rules too", { timeout: 60_000 }, async () => {
  await npm("typescript", "run", "check:nodenext");
});

test("it broadcasts and plays", { timeout: 240_000 }, async (t) => {
  const clip = await frames("cockatoo");
  const studio = await launchChromium(t, { clip: await asCamera("cockatoo") });
  const audience = await launchChromium(t);

  /** Two people open the page: one presses Broadcast, the other one Watch, and sees what the first one's camera shows. */
  async function broadcastAndWatch(t, url) {
    const broadcaster = await openIn(t, studio, url);
    await press(broadcaster, "broadcast");
    const viewer = await openIn(t, audience, url);
    const said = consoleOf(viewer);
    await press(viewer, "watch");
    const verdict = compare((await pictures(viewer, 60)).map(({ luma }) => luma), clip);
    assert.ok(verdict.ok, JSON.stringify(verdict));
    await said.until(/the video plays/); // whose words are a script of their own
  }

  await t.test("when webpack has bundled it", async (t) => {
    await npm("webpack", "run", "build");
    await assertOneWasm(join(apps, "webpack/dist"));
    await broadcastAndWatch(t, await serve(t, join(apps, "webpack")));
  });

  await t.test("without a bundler", async (t) => {
    await cp(join(apps, "node_modules/blobcast"), join(apps, "plain/node_modules/blobcast"), { recursive: true });
    await broadcastAndWatch(t, await serve(t, join(apps, "plain")));
  });
});

const npm = (app, ...args) => run("npm", args, { cwd: join(apps, app) });

/** The bundler has found the module, and takes it along once. */
async function assertOneWasm(folder) {
  const names = await readdir(folder);
  assert.equal(names.filter((name) => name.endsWith(".wasm")).length, 1, names.join(" "));
}

/** The relay, serving a folder. Resolves with the page's address. */
async function serve(t, www) {
  const relay = await startRelay({ www, args: FOR_TESTS });
  defer(t, relay.stop);
  return relay.url;
}

/** Opens the page until the test ends. */
async function openIn(t, browser, url) {
  const page = await browser.open(url);
  defer(t, () => page.close());
  return page;
}

async function press(page, button) {
  await page.click(`#${button}`);
  await until(page, () => document.querySelector("output").value === "live");
}
