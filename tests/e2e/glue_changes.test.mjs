// Mode glue changes the video's source at every restart, and nobody must see it: what counts here is the page as it is
// painted, with all that lies over the video.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readBarcodes } from "./harness/barcodes.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { logOf, openBare, record, relayFor, until, view } from "./harness/pages.mjs";
import { screencast } from "./harness/screencast.mjs";

const RESTARTS = shortOrLong(2, 5);

for (const where of ["in the page", "in full screen"]) {
  test(`${RESTARTS} restarts in mode glue, ${where}: no blank picture is painted`, { timeout: 90_000 }, async (t) => {
    const relay = await relayFor(t);
    await record(await openBare(await launchChromium(t), relay), "barcodes", { restartInterval: 2000 });
    const viewer = await openBare(await launchChromium(t), relay);
    if (where === "in full screen") {
      await viewer.evaluate(() => addEventListener("click", () => video.requestFullscreen(), { once: true }));
      await viewer.click("video");
      await until(viewer, () => document.fullscreenElement === video);
    }
    await view(viewer, { mode: "glue" });
    await until(viewer, () => window.firstPicture);
    await viewer.evaluate(() => {
      window.changes = 0;
      video.addEventListener("emptied", () => window.changes++);
    });
    const painted = await screencast(viewer, () => until(viewer, (many) => viewing.stats().restarts >= many && changes >= many, RESTARTS));

    const shown = readBarcodes(painted); // throws at a picture without a readable bar code
    t.diagnostic(`${painted.length} pictures of ${painted[0].size}, ${await viewer.evaluate(() => changes)} changes of source`);
    assert.ok(shown.length > 20 * RESTARTS, `${shown.length} pictures were painted`);
    assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
    const left = await viewer.evaluate(async () => {
      await viewing.stop();
      return document.querySelectorAll("video, canvas").length;
    });
    assert.equal(left, 1, "the viewer's own video");
  });
}
