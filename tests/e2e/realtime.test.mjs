// Mode realtime: WebCodecs, as soon as it can be shown evenly. Figures: npm run bench:continuity -- --mode realtime.
// When it is taken, what it decodes, and what is heard: realtime_plays.test.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { median, readBarcodes, stepsBack } from "./harness/barcodes.mjs";
import { launchChromium, launchFirefox } from "./harness/browser.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { logOf, openBoth, record, statsOf, untilInside, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";
import { traffic } from "./harness/traffic.js";

/** MediaSource cannot be as near as this with sound, in ms: it keeps 150 ahead, of what is 60 old at the least. */
const NEARER_THAN_MSE = 200;

const CHROMIUM = ["Chromium", launchChromium];
const FIREFOX = ["Firefox", launchFirefox];

for (const [browser, launch] of shortOrLong([CHROMIUM], [CHROMIUM, FIREFOX])) {
  test(`${browser} is near the source over restarts, shows every picture once, and says how near`, { timeout: 90_000 }, async (t) => {
    const { broadcaster, viewer } = await openBoth(t, { launch });
    await record(broadcaster, "barcodes", { restartInterval: 1000 });
    await view(viewer, { mode: "realtime" });
    await pictures(viewer, 60); // it begins with what it knows, which is little

    const { segment } = await statsOf(viewer, "viewing");
    const shown = readBarcodes(await pictures(viewer, 120));
    const latency = median(shown.map(({ latency }) => latency));
    const stats = await statsOf(viewer, "viewing");
    t.diagnostic(JSON.stringify({ latency, stated: stats.latency, buffered: stats.buffered }));
    assert.ok(latency < NEARER_THAN_MSE, `${latency} ms behind`);
    assert.deepEqual(stepsBack(shown), []);
    assert.ok(stats.segment - segment >= 2_000_000, "over restarts");
    assert.equal(stats.mode, "realtime");
    assert.ok(stats.clockTrusted && Math.abs(stats.latency - latency) < 100, `${stats.latency} ms stated, ${latency} ms seen`);
    assert.ok(stats.buffered >= 0 && stats.buffered < NEARER_THAN_MSE);
    assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
    assert.deepEqual(await viewer.evaluate(() => [video.src, video.srcObject.getTracks().map(({ kind }) => kind).sort()]), ["", ["audio", "video"]]);

    await viewer.evaluate(() => viewing.stop());
    assert.equal(await viewer.evaluate(() => video.srcObject), null);
  });
}

test("who joins late in a segment sees the live edge first, and nothing of what was before", { timeout: 60_000 }, async (t) => {
  const { broadcaster, viewer } = await openBoth(t, { inject: [traffic] });
  await record(broadcaster, "barcodes", { restartInterval: 20_000 });
  await untilInside(broadcaster, shortOrLong(3_000, 5_000));
  const joined = Date.now();
  const [shown] = await Promise.all([pictures(viewer, 30), view(viewer, { mode: "realtime" })]);
  for (const { at, time } of readBarcodes(shown)) {
    assert.ok(at - joined < 3_000);
    assert.ok(time > (joined - 500) % 2 ** 32, `a picture of ${(joined % 2 ** 32) - time} ms before`);
  }
});

test("targetLatency is how far behind the source it is", { timeout: 60_000 }, async (t) => {
  const { broadcaster, viewer } = await openBoth(t);
  await record(broadcaster, "barcodes");
  await view(viewer, { mode: "realtime", targetLatency: 600 });
  await pictures(viewer, 60);
  const latency = median(readBarcodes(await pictures(viewer, 60)).map(({ latency }) => latency));
  assert.ok(latency > 550 && latency < 750, `${latency} ms`);
});
