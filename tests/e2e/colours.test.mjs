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
    // Between two sources there is nothing to draw.
    const seen = await until(viewer, () => {
      const context = new OffscreenCanvas(1, 1).getContext("2d");
      context.drawImage(video, 320, 300, 1, 1, 0, 0, 1, 1);
      const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
      return alpha && [red, green, blue];
    });
    t.diagnostic(`${mode}: ${seen}`);
    for (const [i, channel] of seen.entries()) assert.ok(Math.abs(channel - DRAWN[i]) <= NEAR, `${mode}: ${seen}, drawn ${DRAWN}`);
    await viewer.evaluate(() => viewing.stop());
  }
});
