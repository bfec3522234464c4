// A page in the background, where browsers slow the page's timers down. Chromium 156 fires them once a second; once a minute
// after a while, but not in a page that has a MediaStream or is heard, and so never a broadcaster's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as passes } from "node:timers/promises";
import { median } from "./harness/barcodes.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { assertRhythm, figures, GRACE, hide, stepsOf, ticks, ticksInLast } from "./harness/hidden.mjs";
import { listen } from "./harness/listener.mjs";
import { logOf, openBare, record, relayFor, statsOf, until, view } from "./harness/pages.mjs";

/** How long a still picture is listened to while its page is hidden, s. */
const HIDDEN = 20;
const INTERVAL = 1000;

test("a hidden broadcaster keeps its rhythm", { timeout: 120_000 }, (t) => assertRhythm(t, { seconds: 40, interval: INTERVAL }));

test("a hidden broadcaster's still picture has its sound", { timeout: 120_000 }, async (t) => {
  const { gaps } = await hideStill(t);
  assert.ok(Math.max(...gaps) < 700, "sound comes without a pause");
});

test("where a page permits no worker, timers are the page's", { timeout: 120_000 }, async (t) => {
  const refuse = () => {
    const policy = Object.assign(document.createElement("meta"), { httpEquiv: "Content-Security-Policy", content: "worker-src 'none'" });
    document.head.append(policy);
  };
  const { page, gaps } = await hideStill(t, { refuse, expects: /Content Security Policy/ });
  assert.ok(Math.max(...gaps) > 700, "sound comes in bursts: this is what the worker is for");
  // Statistics come by a timer.
  await page.evaluate(() => new Promise((resolve) => recording.addEventListener("stats", resolve, { once: true })));
});

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

/** A picture that stands, and a tone, from a hidden page: the times between the pieces that come of it, ms. */
async function hideStill(t, { refuse, expects } = {}) {
  const relay = await relayFor(t);
  const browser = await launchChromium(t, { throttles: true });
  const page = await openBare(browser, relay, { inject: [ticks], expects });
  if (refuse) await page.evaluate(refuse);
  await record(page, "slidesAndTone", { restartInterval: INTERVAL });
  await hide(browser, page);
  await passes(GRACE);
  const messages = await listen(t, relay);
  await passes(HIDDEN * 1000);

  const ticked = await ticksInLast(page, HIDDEN);
  const gaps = stepsOf(messages.map(({ at }) => at));
  t.diagnostic(`the page's timer ticked ${ticked} times in ${HIDDEN} s; ${gaps.length} pieces, ${figures(gaps)}`);
  assert.ok(ticked <= HIDDEN * 1.1, "the page's timers are slowed to one tick in a second");
  assert.ok(gaps.length >= HIDDEN);
  assert.deepEqual((await logOf(page, "recording")).errors, []);
  return { page, gaps };
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
