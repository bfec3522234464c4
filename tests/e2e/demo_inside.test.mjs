// The relay by itself, as it is installed: one binary in an empty folder, with the demo inside it.

import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FOR_TESTS, relayProgram, startRelay } from "../../scripts/relay.mjs";
import { root } from "../../scripts/run.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { until } from "./harness/pages.mjs";

/** The program in an empty folder, without a word about pages. */
async function alone(t) {
  const cwd = await mkdtemp(join(tmpdir(), "blobcast-alone-"));
  defer(t, () => rm(cwd, { recursive: true, force: true }));
  const relay = await startRelay({ www: null, args: FOR_TESTS, cwd });
  defer(t, relay.stop);
  return { ...relay, cwd };
}

test("the binary alone shows a live picture", { timeout: 90_000 }, async (t) => {
  const relay = await alone(t);
  const studio = await (await launchChromium(t)).open(`${relay.url}broadcast.html?name=demo&source=test&autostart`);
  await until(studio, () => document.querySelector("#state").dataset.state === "live");
  const link = await studio.$eval("#link", (input) => input.value);
  const viewer = await (await launchChromium(t)).open(link);
  await until(viewer, () => document.querySelector("video").currentTime > 1);
  assert.deepEqual(await viewer.$eval("video", ({ videoWidth }) => videoWidth > 0), true);
  assert.deepEqual(await readdir(relay.cwd), [], "it has left nothing");
});

test("what is inside is what was built, with its types, packed, and asked for once", async (t) => {
  const relay = await alone(t);
  const program = await readFile(relayProgram);
  for (const [path, file, type] of [
    ["", "www/index.html", "text/html"],
    ["watch.js", "www/watch.js", "text/javascript"],
    ["style/base.css", "www/style/base.css", "text/css"],
    ["vendor/uplot.js", "www/vendor/uplot.js", "text/javascript"],
    ["icon.svg", "www/icon.svg", "image/svg+xml"],
    ["blobcast/index.js", "pkg/index.js", "text/javascript"],
    ["blobcast/element.js", "pkg/element.js", "text/javascript"],
    ["blobcast/blobcast_bg.wasm", "pkg/blobcast_bg.wasm", "application/wasm"],
  ]) {
    const bytes = await readFile(join(root, file));
    assert.ok(program.includes(bytes), `${file} is in the program: npm run relay`);
    const plain = await fetch(relay.url + path, { headers: { "accept-encoding": "identity" } });
    assert.deepEqual([plain.status, plain.headers.get("content-type"), plain.headers.get("content-encoding")], [200, type, null]);
    assert.ok(bytes.equals(Buffer.from(await plain.arrayBuffer())), file);
    const packed = await fetch(relay.url + path, { headers: { "accept-encoding": "gzip" } });
    assert.equal(packed.headers.get("content-encoding"), "gzip", file);
    assert.ok(bytes.equals(Buffer.from(await packed.arrayBuffer())), `${file}, unpacked`);
    const again = await fetch(relay.url + path, { headers: { "accept-encoding": "gzip", "if-none-match": packed.headers.get("etag") } });
    assert.equal(again.status, 304, file);
  }
  for (const path of [".gitignore", "blobcast/index.d.ts", "none"]) assert.equal((await fetch(relay.url + path)).status, 404, path);
});
