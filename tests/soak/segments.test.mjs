// Do 2,000 segments leave a page where the first hundred left it? Heap, module memory, object URLs, nodes and buffered
// media of a broadcaster and of a viewer in each mode. SEGMENTS=300 makes it shorter.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "../e2e/harness/browser.mjs";
import { logOf, openBare, record, relayFor, statsOf, view } from "../e2e/harness/pages.mjs";

const SEGMENTS = Number(process.env.SEGMENTS ?? 2000);
const INTERVAL = 500;
/** Only what is there after these segments is compared: caches and pools are full by then. */
const SETTLED = 100;
/** The heap breathes by this much, in bytes; a leak of one chunk (5 KB) in a segment would be 10 MB. */
const BREATH = 2 << 20;
/** A module's memory grows in pages of 64 KiB and never shrinks: what is needed once for a moment stays. */
const PAGES = 4 * 65_536;
/** Mode `glue` has a second video now and then, with some 150 nodes of controls; one that was taken out may not be gone yet. */
const NODES = { broadcaster: 5, mse: 5, glue: 160 };

test(`${SEGMENTS} segments leave nothing behind`, { timeout: SEGMENTS * INTERVAL * 2 + 120_000 }, async (t) => {
  const relay = await relayFor(t);
  const browsers = await Promise.all([1, 2, 3].map(() => launchChromium(t)));
  const [broadcaster, mse, glue] = await Promise.all(browsers.map((browser) => openBare(browser, relay, { inject: [watchMemory] })));
  await record(broadcaster, "barcodes", { restartInterval: INTERVAL });
  await view(mse, { mode: "mse" });
  await view(glue, { mode: "glue" });
  const pages = { broadcaster, mse, glue };
  const kinds = { broadcaster: "recording", mse: "viewing", glue: "viewing" };

  // Not all of it in one call, which may take three minutes.
  const untilSegment = async (count) => {
    while ((await statsOf(broadcaster, "recording")).restarts < count) await broadcaster.evaluate(nextStats);
  };
  await untilSegment(SETTLED);
  const before = await measureAll(pages);
  // Between the two, so that a leak can be told from a step.
  await untilSegment((SETTLED + SEGMENTS) / 2);
  const between = await measureAll(pages);
  await untilSegment(SEGMENTS);
  const after = await measureAll(pages);

  for (const [name, page] of Object.entries(pages)) {
    t.diagnostic(`${name}: ${JSON.stringify(before[name])} → ${JSON.stringify(between[name])} → ${JSON.stringify(after[name])}`);
    const { heap, ...rest } = after[name];
    assert.ok(heap < before[name].heap + BREATH, `${name}: the heap grew by ${heap - before[name].heap} bytes`);
    assert.ok(rest.module <= before[name].module + PAGES, `${name}: the module's memory grew to ${rest.module}`);
    assert.ok(rest.urls <= 3, `${name}: ${rest.urls} object URLs`);
    assert.ok(rest.buffered < 15, `${name}: ${rest.buffered} s are buffered`);
    assert.ok(rest.nodes <= before[name].nodes + NODES[name], `${name}: ${rest.nodes} nodes`);
    assert.deepEqual((await logOf(page, kinds[name])).errors, []);
  }
  const { restarts } = await statsOf(mse, "viewing");
  assert.ok(restarts > SEGMENTS * 0.95, `the viewer saw ${restarts} restarts`);
});

/** Runs in the page. */
const nextStats = () => new Promise((resolve) => recording.addEventListener("stats", () => resolve(), { once: true }));

async function measureAll(pages) {
  const measured = Object.entries(pages).map(async ([name, page]) => [name, await measure(page)]);
  return Object.fromEntries(await Promise.all(measured));
}

async function measure(page) {
  const session = await page.createCDPSession();
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize: heap } = await session.send("Runtime.getHeapUsage");
  const { nodes } = await session.send("Memory.getDOMCounters");
  await session.detach();
  const inPage = await page.evaluate(() => {
    const { buffered } = video;
    const seconds = buffered.length ? buffered.end(buffered.length - 1) - buffered.start(0) : 0;
    return { module: memory.module(), urls: memory.urls.size, buffered: Math.round(seconds * 10) / 10 };
  });
  return { heap, nodes, ...inPage };
}

/** Runs in the page before anything else: notes object URLs and the module's memory. */
function watchMemory() {
  window.memory = { urls: new Set(), module: () => 0 };
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (object) => {
    const url = createObjectURL.call(URL, object);
    memory.urls.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    memory.urls.delete(url);
    revokeObjectURL.call(URL, url);
  };
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (...args) => {
    const made = await instantiateStreaming.apply(WebAssembly, args);
    // The package's build has short names for what a module exports.
    const own = Object.values(made.instance.exports).find((exported) => exported instanceof WebAssembly.Memory);
    memory.module = () => own.buffer.byteLength;
    return made;
  };
}
