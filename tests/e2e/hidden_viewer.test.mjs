// A viewing page in the background, where browsers slow the page's timers down.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as passes } from "node:timers/promises";
import { median } from "./harness/barcodes.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { hide, ticks, ticksInLast } from "./harness/hidden.mjs";
import { logOf, openBare, record, relayFor, statsOf, until, view } from "./harness/pages.mjs";

/** Between restarts, ms. */
const INTERVAL = 1000;

for (const [mode, source, may] of [
  ["mse", "camera", 300],
  ["mse", "silentCamera", 300],
  ["glue", "camera", INTERVAL + 500],
]) {
  test(`a viewer of the ${source} in mode ${mode} that was hidden comes back to the live edge`, { timeout: 120_000 }, async (t) => {
    const relay = await relayFor(t);
    const broadcaster = await openBare(await launchChromium(t), relay);
    const browser = await launchChromium(t, { throttles: true });
    const viewer = await openBare(browser, relay, { inject: [ticks] });
    await record(broadcaster, source, { restartInterval: INTERVAL });
    await view(viewer, { mode });
    await until(viewer, () => viewing.stats().restarts >= 8 && viewing.stats().latency !== null);
    const latencies = () => viewer.evaluate(latenciesInPage);
    const before = median(await latencies());

    const show = await hide(browser, viewer);
    await passes(20_000);
    assert.ok((await ticksInLast(viewer, 15)) <= 17, "its timers are slowed");
    const hidden = await statsOf(viewer, "viewing");
    await show();
    const after = await latencies();
    t.diagnostic(`latency ${before.toFixed(0)} ms, hidden ${hidden.latency?.toFixed(0)} ms, back: ${after.map(Math.round).join(", ")} ms`);
    assert.ok(Math.abs(after.at(-1) - before) < may, "it is at the live edge within a second");
    assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
  });
}

/** Runs in the page: latencies over one second, a picture each. */
async function latenciesInPage() {
  const latencies = [];
  for (const until = performance.now() + 1000; performance.now() < until; ) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { latency } = viewing.stats();
    if (latency !== null) latencies.push(latency);
  }
  return latencies;
}
