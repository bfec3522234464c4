// A broadcast whose picture takes all the bits that it is given, over a line that gets worse.

import assert from "node:assert/strict";
import { launchChromium } from "./browser.mjs";
import { logOf, openBare, record, statsOf, view } from "./pages.mjs";
import { pictures } from "./pictures.mjs";

/** What the recorder is asked for, and really gives of this source, sound and all: bits per second. */
export const ASKED = 2_000_000;
/** Half of that, in bytes per second. */
export const HALF = ASKED / 16;

/**
 * A broadcaster at the `near` end of a line, and a viewer at the `far` one; the broadcaster's page notes what it hears of congestion.
 */
export async function broadcastOver(t, { near, far }, options, { inject, expects } = {}) {
  const broadcaster = await openBare(await launchChromium(t), near, { inject, expects });
  const viewer = await openBare(await launchChromium(t), far, { inject });
  await record(broadcaster, "sparks", { restartInterval: 2000, videoBitsPerSecond: ASKED, ...options });
  await broadcaster.evaluate(() => {
    window.told = [];
    recording.addEventListener("congestion", ({ detail }) => window.told.push({ at: Date.now(), ...detail }));
  });
  await view(viewer, { mode: "mse" });
  await pictures(viewer, 30);
  return { broadcaster, viewer, toldOf: () => broadcaster.evaluate(() => window.told) };
}

export async function assertNoErrors({ broadcaster, viewer }) {
  assert.deepEqual((await logOf(broadcaster, "recording")).errors, []);
  assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
  assert.equal((await statsOf(viewer, "viewing")).skips, 0);
}
