// `npm run soak`: does Firefox play sound and picture for ten minutes, by MediaSource, without losing a segment?
// MINUTES=2 makes it shorter. Firefox plays sound only where the machine has a sound device, be it a null one (pulseaudio
// with module-null-sink); without one the sound is not judged, and the test says so.

import assert from "node:assert/strict";
import { test } from "node:test";
import { median, readBarcodes } from "../e2e/harness/barcodes.mjs";
import { launchChromium, launchFirefox } from "../e2e/harness/browser.mjs";
import { logOf, openBare, record, relayFor, statsOf, view } from "../e2e/harness/pages.mjs";
import { pictures, picturesOf } from "../e2e/harness/pictures.mjs";

const MINUTES = Number(process.env.MINUTES ?? 10);
const INTERVAL = 2000;
/** Pictures are fetched from the page in parts of so many seconds. */
const PART = 30;
/** Content that is never shown, or a silence, of this many ms is half a segment. */
const LOST = INTERVAL / 2;

test(`Firefox plays ${MINUTES} minutes without losing a segment`, { timeout: (MINUTES + 2) * 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const broadcaster = await openBare(await launchChromium(t), relay);
  const viewer = await openBare(await launchFirefox(t), relay);
  await record(broadcaster, "barcodesAndTone", { restartInterval: INTERVAL });
  await view(viewer, { mode: "mse" });
  await pictures(viewer, 30);
  await viewer.evaluate(async () => (window.heard = await hear(video)));

  const shown = [];
  for (let second = 0; second < MINUTES * 60; second += PART) shown.push(...readBarcodes(await picturesOf(viewer, PART), { skip: true }));
  const steps = shown.slice(1).map((picture, i) => ({ at: picture.at - shown[0].at, ms: picture.time - shown[i].time }));
  const losses = steps.filter(({ ms }) => ms >= LOST);
  const { state, silences } = await viewer.evaluate(silencesInPage);
  const long = silences.filter((ms) => ms >= LOST);
  const stats = await statsOf(viewer, "viewing");

  t.diagnostic(`${shown.length} pictures, ${stats.restarts} restarts, latency ${median(shown.map(({ latency }) => latency))} ms`);
  t.diagnostic(`longest content never shown: ${Math.max(...steps.map(({ ms }) => ms))} ms; lost: ${JSON.stringify(losses)}`);
  t.diagnostic(state === "running" ? `silences: ${silences.length}, longest ${Math.max(0, ...silences)} ms` : "no sound device: sound not judged");
  assert.deepEqual(losses, []);
  assert.deepEqual(long, []);
  assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
  assert.ok(stats.restarts >= (MINUTES * 60_000) / INTERVAL - 30, `${stats.restarts} restarts`);
});

/** Runs in the page: how long the tone was away, each time, in ms. */
function silencesInPage() {
  const silences = [];
  let silent = 0;
  for (const level of window.heard.levels) {
    if (level < 0.1) {
      silent += window.heard.stepMs;
    } else {
      if (silent >= 50) silences.push(silent);
      silent = 0;
    }
  }
  return { state: window.heard.state(), silences };
}
