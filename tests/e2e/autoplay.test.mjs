// A person's browser: without a click it plays nothing that sounds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readBarcodes } from "./harness/barcodes.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { openBare, record, relayFor, stateOf, statsOf, until, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";

const MODES = ["mse", "glue", "realtime"];

/** How long a user pauses, s: that is longer than what a player keeps ahead. */
const PAUSED = shortOrLong(2, 5);

/** Waits for a condition without the user gesture that puppeteer's own `evaluate` pretends. */
async function untilUntouched(page, condition) {
  const session = await page.createCDPSession();
  const wait = (condition) =>
    new Promise((resolve) => {
      const look = () => (condition() ? resolve() : requestAnimationFrame(look));
      look();
    });
  await session.send("Runtime.evaluate", { expression: `(${wait})(${condition})`, awaitPromise: true, userGesture: false });
}

for (const mode of MODES) {
  test(`in mode ${mode}, a page that nobody touched starts muted and says so`, { timeout: 60_000 }, async (t) => {
    const relay = await relayFor(t);
    await record(await openBare(await launchChromium(t), relay), "barcodes", { restartInterval: 2000 });
    const untouched = await launchChromium(t, { autoplay: false });
    const link = encodeURIComponent(JSON.stringify({ mode }));
    const viewer = await untouched.open(`${relay.url}bare.html?view=${link}`);
    await untilUntouched(viewer, () => window.firstPicture && window.viewing?.stats().muted && video.muted && !video.paused);
    await untilUntouched(viewer, () => !navigator.userActivation.hasBeenActive);
    assert.equal((await pictures(viewer, 10)).length, 10);
  });
}

for (const mode of shortOrLong(["mse", "realtime"], MODES)) {
  test(`in mode ${mode}, a page that may play sounds is not muted, the user's pause holds, and play returns to the live edge`, { timeout: 90_000 }, async (t) => {
    const relay = await relayFor(t);
    const broadcaster = await openBare(await launchChromium(t), relay);
    const viewer = await openBare(await launchChromium(t), relay);
    await record(broadcaster, "barcodes", { restartInterval: 2000 });
    await view(viewer, { mode });
    const before = readBarcodes(await pictures(viewer, 60)).at(-1);
    assert.deepEqual([(await statsOf(viewer, "viewing")).muted, await viewer.evaluate(() => video.muted)], [false, false]);

    await viewer.evaluate(() => video.pause());
    const { segment } = await statsOf(broadcaster, "recording");
    await until(broadcaster, (later) => recording.stats().segment > later, segment + PAUSED * 1e6);
    assert.equal(await viewer.evaluate(() => video.paused), true);
    assert.equal(await stateOf(viewer, "viewing"), "live");

    const played = await viewer.evaluate(() => {
      video.play();
      return Date.now();
    });
    const after = readBarcodes(await pictures(viewer, 60));
    const back = after.find(({ latency }) => latency <= before.latency + 300);
    assert.ok(back, `never at the live edge again: ${after.map(({ latency }) => latency)} ms`);
    assert.ok(back.at - played <= 1000, `at the live edge after ${back.at - played} ms`);
  });
}
