// A connection that is gone without a word, as after a change of networks: nothing closes, nothing comes. It is noticed on
// each socket by itself, and nobody misses anything.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { logOf, openBare, record, relayFor, until, untilState, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";
import { proxyFor } from "./harness/proxy.mjs";
import { assertSame, assertWhole, segmentsOf } from "./harness/segments.mjs";
import { traffic } from "./harness/traffic.js";
import { report } from "../faults/report.mjs";

/** Two rounds of pings, in ms. */
const NOTICED_WITHIN = 20_000;
/** And what a new socket takes. */
const OPENED_WITHIN = 1000;

/** A broadcaster and as many viewers, each behind a proxy of its own. */
async function broadcast(t, count, restartInterval) {
  const relay = await relayFor(t);
  const peer = async () => {
    const proxy = await proxyFor(t, relay);
    return { proxy, page: await openBare(await launchChromium(t), proxy, { inject: [traffic], expects: /WebSocket connection/ }) };
  };
  const broadcaster = await peer();
  await record(broadcaster.page, "slidesAndTone", { every: 100, restartInterval }); // three of these at once are not too much
  const viewers = [];
  for (let i = 0; i < count; i++) {
    const viewer = await peer();
    await view(viewer.page, { mode: "mse" });
    await pictures(viewer.page, 10);
    viewers.push(viewer);
  }
  return { broadcaster, viewers };
}

/** Lets one socket's bytes vanish, and waits for the one that takes its place. */
async function blackHole(t, { proxy, page }, kind) {
  const back = proxy.next(kind, 2 * NOTICED_WITHIN);
  proxy.find(kind).blackHole();
  const began = performance.now();
  await back;
  const took = performance.now() - began;
  await report(t, `${kind} is half-open`, [{ what: "a new one after", value: took, unit: "ms", limit: NOTICED_WITHIN + OPENED_WITHIN }]);
  await untilState(page, kind.startsWith("publish") ? "recording" : "viewing", "live");
}

/** Pictures go on, and all that was recorded has arrived. */
async function assertNothingMissing({ broadcaster, viewers }) {
  for (const { page } of viewers) {
    const since = await page.evaluate(() => performance.now());
    await until(page, (since) => window.traffic.received.at(-1).at > since, since);
    await pictures(page, 30);
  }
  await broadcaster.page.evaluate(() => recording.stop());
  const recorded = await segmentsOf(broadcaster.page, "sent");
  assertWhole(recorded);
  assert.deepEqual((await logOf(broadcaster.page, "recording")).errors, []);
  for (const { page } of viewers) {
    await untilState(page, "viewing", "ended");
    const received = await segmentsOf(page, "received");
    assertWhole(received);
    assertSame(received, recorded);
    assert.deepEqual((await logOf(page, "viewing")).errors, []);
  }
}

// They wait for pings; more of them at once are more than two cores carry.
describe("a socket that is dead is noticed", { concurrency: 2 }, () => {
  for (const kind of ["publish/blob", "publish/chunk"]) {
    test(`by a broadcaster: ${kind}`, { timeout: 120_000 }, async (t) => {
      const all = await broadcast(t, 1, 12_000); // one segment begins meanwhile, and its blob is lost
      await blackHole(t, all.broadcaster, kind);
      await assertNothingMissing(all);
    });
  }

  test("by viewers: view/blob, view/chunk", { timeout: 120_000 }, async (t) => {
    const all = await broadcast(t, 2, 20_000); // the relay keeps two segments, so none is skipped
    await Promise.all(["view/blob", "view/chunk"].map((kind, i) => blackHole(t, all.viewers[i], kind)));
    await assertNothingMissing(all);
  });
});
