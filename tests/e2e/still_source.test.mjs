// A canvas that nobody draws on: one picture, and then nothing for a long time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as passes } from "node:timers/promises";
import { readBarcodes } from "./harness/barcodes.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { logOf, openBare, record, relayFor, statsOf, until, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";

/** How long the source stands still, in ms: that time passes is what is tested. */
const STILL = shortOrLong(5, 10) * 1000;

for (const mode of ["mse", "glue"]) {
  test(`in mode ${mode} a viewer who joins sees a picture that stands still`, { timeout: 120_000 }, async (t) => {
    const relay = await relayFor(t);
    const broadcaster = await openBare(await launchChromium(t), relay);
    const viewer = await openBare(await launchChromium(t), relay);
    await record(broadcaster, "slides", { restartInterval: 1000 });
    const { segment } = await statsOf(broadcaster, "recording");
    await passes(STILL);
    assert.equal((await statsOf(broadcaster, "recording")).segment, segment, "the segment stays open");

    await view(viewer, { mode });
    const [{ number }] = readBarcodes(await pictures(viewer, 1));
    assert.equal(number, 0);
    assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
  });

  test(`in mode ${mode} sound goes on over a picture that stands still`, { timeout: 120_000 }, async (t) => {
    const relay = await relayFor(t);
    const broadcaster = await openBare(await launchChromium(t), relay);
    const viewer = await openBare(await launchChromium(t), relay);
    await record(broadcaster, "slidesAndTone", { restartInterval: 2000 });
    await view(viewer, { mode });
    const [{ number }] = readBarcodes(await pictures(viewer, 1));
    assert.equal(number, 0);
    // A newcomer's first segments are shown in parts.
    await until(viewer, () => viewing.stats().restarts >= 3);

    const levels = await viewer.evaluate(async (time) => {
      const heard = await hear(video);
      await new Promise((resolve) => setTimeout(resolve, time));
      return heard.levels;
    }, STILL);
    const loud = levels.filter((level) => level > 0.1).length / levels.length;
    t.diagnostic(`${(loud * 100).toFixed(0)} % of ${levels.length} times loud; ${JSON.stringify(await statsOf(broadcaster, "recording"))}`);
    assert.ok(loud > 0.6, `the tone is heard ${(loud * 100).toFixed(0)} % of the time`);
    assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
  });
}
