// The broadcaster's line gets narrow: viewers keep seeing, in less detail, and get it all back when the line recovers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as passes } from "node:timers/promises";
import { longest, median, readBarcodes, stepsBack } from "./harness/barcodes.mjs";
import { LOST } from "./harness/browser.mjs";
import { ASKED, assertNoErrors, broadcastOver, HALF } from "./harness/congested.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { logOf, relayFor, statsOf, until, untilState } from "./harness/pages.mjs";
import { filming, pictures } from "./harness/pictures.mjs";
import { proxyFor } from "./harness/proxy.mjs";
import { assertSame, assertWhole, segmentsOf } from "./harness/segments.mjs";
import { traffic } from "./harness/traffic.js";

/** How long the line is wide, then narrow, then wide again, and how long it takes at most until all is as before, in ms: that time passes is what is tested. */
const [WIDE, NARROW] = shortOrLong([3000, 10_000], [8000, 20_000]);
const SETTLED = 20_000;
const RECOVERED_WITHIN = 75_000;
/** Between restarts, ms: the bitrate changes with a segment. */
const INTERVAL = shortOrLong(1000, 2000);

/** A broadcaster behind a line of its own, and a viewer. */
async function broadcast(t, options, pages) {
  const relay = await relayFor(t);
  const line = await proxyFor(t, relay);
  return { line, ...(await broadcastOver(t, { near: line, far: relay }, options, pages)) };
}

test("half the line is enough for a smaller picture, and a whole one brings it back", { timeout: 240_000 }, async (t) => {
  const all = await broadcast(t, { restartInterval: INTERVAL });
  const { line, broadcaster, viewer } = all;
  const film = await filming(viewer);
  await passes(WIDE);
  assert.deepEqual(await all.toldOf(), [], "the line is wide enough");

  const narrowed = Date.now();
  line.narrow(HALF);
  await until(broadcaster, () => recording.stats().congestion > 200);
  await until(broadcaster, (asked) => recording.stats().videoBitsPerSecond < asked, ASKED);
  await passes(narrowed + NARROW - Date.now());
  const { bitrate, cutShort } = await statsOf(broadcaster, "recording");
  const widened = Date.now();
  line.narrow(Infinity);
  await broadcaster.waitForFunction((asked) => recording.stats().videoBitsPerSecond === asked, { timeout: RECOVERED_WITHIN }, ASKED);
  const recovered = Date.now();
  await passes(Math.max(0, widened + SETTLED - Date.now()));
  const shown = readBarcodes(await film(), { skip: true });
  const told = await all.toldOf();

  t.diagnostic(`told: ${told.map((one) => `${one.state} ${Math.round(one.videoBitsPerSecond / 1000)} kbit/s after ${one.at - narrowed} ms`).join(", ")}`);
  t.diagnostic(`${cutShort} cut short; ${Math.round(bitrate / 1000)} kbit/s at the end; all as before ${recovered - widened} ms after`);
  const [first] = told;
  assert.equal(first.state, "narrow");
  assert.ok(first.at - narrowed < 4000, `told after ${first.at - narrowed} ms`);
  assert.deepEqual(told.filter(({ state }) => state === "clear").map(({ videoBitsPerSecond }) => videoBitsPerSecond), [ASKED], "once");
  assert.equal(told.at(-1).state, "clear");
  assert.ok(bitrate < HALF * 8 * 1.2, `${bitrate} bit/s on a line of ${HALF * 8}`);

  const during = (from, to) => shown.filter(({ at }) => at >= from && at < to);
  const latency = (from, to) => median(during(from, to).map(({ latency }) => latency));
  const [before, meanwhile, after] = [latency(0, narrowed), latency(narrowed + 4000, widened), latency(widened + SETTLED - 5000, widened + SETTLED)];
  const freeze = longest(during(narrowed - 1000, recovered));
  t.diagnostic(`median latency ${before} ms before, ${meanwhile} ms while narrow, ${after} ms after; longest freeze ${freeze} ms`);
  assert.ok(freeze < 3000, `a picture stood for ${freeze} ms`);
  const rate = during(narrowed + 4000, widened).length / ((widened - narrowed - 4000) / 1000);
  assert.ok(rate > 15, `${rate.toFixed(1)} pictures per second on the narrow line`);
  assert.ok(meanwhile < before + 2000, `${meanwhile} ms behind on the narrow line`);
  assert.ok(after < before + 200, `${after} ms behind afterwards, ${before} before`);
  assert.deepEqual(stepsBack(shown), []);
  await assertNoErrors(all);
});

test("on a line that stands still the rest of a segment is given up whole", { timeout: 90_000 }, async (t) => {
  const all = await broadcast(t, { restartInterval: 20_000 }, { inject: [traffic] });
  const { line, broadcaster, viewer } = all;
  line.narrow(0);
  await until(broadcaster, () => recording.stats().cutShort === 1);
  await passes(1000); // nothing that is recorded now is sent
  const waiting = (await statsOf(broadcaster, "recording")).bytes;
  await passes(500);
  assert.equal((await statsOf(broadcaster, "recording")).bytes, waiting, "nothing is sent to a line that is not free");
  const { segment } = await statsOf(viewer, "viewing");
  line.narrow(Infinity);
  await until(viewer, (segment) => viewing.stats().segment > segment, segment);
  const shown = await pictures(viewer, 60);
  assert.ok(longest(shown) < 1000, "it moves again");

  const told = await all.toldOf();
  assert.deepEqual([told[0].state, told[0].cutShort], ["narrow", 1]);
  assert.ok(told[0].congestion > 1000, `${told[0].congestion} ms`);
  assert.deepEqual([told[1].state, told[1].videoBitsPerSecond < ASKED], ["narrow", true], "and the next one is smaller");
  await broadcaster.evaluate(() => recording.stop());
  await untilState(viewer, "viewing", "ended");
  const [recorded, received] = [await segmentsOf(broadcaster, "sent"), await segmentsOf(viewer, "received")];
  assertWhole(recorded);
  assertWhole(received);
  assertSame(received, recorded);
  assert.equal([...recorded.values()].filter(({ cutShort }) => cutShort).length, 1);
  await assertNoErrors(all);
});

test("what is sent again after a connection was lost is no congestion", { timeout: 90_000 }, async (t) => {
  const all = await broadcast(t, { restartInterval: 2 * INTERVAL }, { expects: LOST });
  const { line, broadcaster, viewer } = all;
  line.refuse();
  line.find("publish/blob").cut();
  line.find("publish/chunk").cut();
  await untilState(broadcaster, "recording", "reconnecting");
  await passes(2 * INTERVAL); // so much is recorded meanwhile
  line.narrow(4 * HALF); // it takes a while to send all that, and no longer than is recorded meanwhile
  line.admit();
  await untilState(broadcaster, "recording", "live");
  await until(broadcaster, () => recording.stats().kept < 1e6 && recording.stats().congestion < 100);
  await passes(2 * INTERVAL); // what came behind has arrived, too
  await pictures(viewer, 60);
  assert.deepEqual(await all.toldOf(), []);
  assert.equal((await statsOf(broadcaster, "recording")).cutShort, 0);
  assert.deepEqual((await logOf(broadcaster, "recording")).errors, []);
});
