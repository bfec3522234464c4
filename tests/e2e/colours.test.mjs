// What is drawn on a canvas has its colours at the viewer, in every mode.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { openBare, record, relayFor, until, view } from "./harness/pages.mjs";

/** What the source `dark` draws. */
const DRAWN = [30, 40, 24];
/** How far a channel may be off, of 255. One that is taken for another range is off by 12 and more. */
const NEAR = 6;

test("a canvas has its colours in every mode", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const chromium = await launchChromium(t);
  await record(await openBare(chromium, relay), "dark", { restartInterval: 1000 });
  for (const mode of ["mse", "glue", "realtime"]) {
    const viewer = await openBare(chromium, relay);
    await view(viewer, { mode });
    const first = await until(viewer, () => viewing.stats().segment);
    await until(viewer, (first) => viewing.stats().segment > first, first);
    await viewer.evaluate(() => (window.inARow = 0));
    await until(viewer, staysNear, DRAWN, NEAR).catch(async () => assert.fail(`${mode}: ${await viewer.evaluate(() => seen)}, drawn ${DRAWN}`));
    t.diagnostic(`${mode}: ${await viewer.evaluate(() => seen)}`);
    await viewer.evaluate(() => viewing.stop());
  }
});

/**
 * Whether the page shows what was drawn, ten times in a row; `seen` is what it shows. An encoder that is given too little time leaves out a dark picture's
 * colours (39, 39, 39) until it has more. A wrong range stays. Between two sources there is nothing to draw, which has no alpha.
 */
function staysNear(drawn, near) {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context.drawImage(video, 320, 300, 1, 1, 0, 0, 1, 1);
  const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
  window.seen = [red, green, blue];
  const isNear = alpha > 0 && window.seen.every((channel, i) => Math.abs(channel - drawn[i]) <= near);
  window.inARow = isNear ? window.inARow + 1 : 0;
  return window.inARow >= 10;
}
