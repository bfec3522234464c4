// What was broadcast before: from a moment on, by the element's own seek bar, and back to what is live.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { longest, median, readBarcodes, stepsBack } from "./harness/barcodes.mjs";
import { launchChromium, launchFirefox } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { logOf, openBare, record, relayFor, statsOf, until, untilState, view } from "./harness/pages.mjs";
import { filming, pictures } from "./harness/pictures.mjs";

/** Between restarts, ms. */
const INTERVAL = 1000;
/** What was broadcast before a test looks back, ms. */
const BEFORE = 12_000;
/** A moment may be this much off by the time that it is shown, ms: a busy machine is slow to fetch. */
const LATE = 1500;
/** No content of this length is missing, ms. */
const HOLE = 150;

for (const [browser, launch] of [["Chromium", launchChromium], ["Firefox", launchFirefox]]) {
  test(`${browser} begins some seconds back, plays on over segments, and goes live`, { timeout: 120_000 }, async (t) => {
    const viewer = await broadcastBefore(t, launch);
    await view(viewer, { from: -8 });
    assert.equal(await viewer.evaluate(() => viewing.state), "replaying");
    const shown = readBarcodes(await pictures(viewer, 100), { skip: true });
    const { latency, segment } = await statsOf(viewer, "viewing");
    t.diagnostic(JSON.stringify({ latency, first: shown[0].latency, last: shown.at(-1).latency, took: shown.at(-1).at - shown[0].at, played: shown.at(-1).time - shown[0].time }));
    const behind = median(shown.map(({ latency }) => latency));
    assert.ok(behind >= 8_000 - HOLE && behind < 8_000 + LATE, `${behind} ms behind`);
    assert.ok(Math.abs(latency - shown.at(-1).latency) < 300, `${latency} ms stated, ${shown.at(-1).latency} ms seen`);
    assert.deepEqual(stepsBack(shown), []);
    assert.ok(longest(shown, "time") < HOLE, `${longest(shown, "time")} ms are missing`);

    await viewer.evaluate(() => viewing.goLive());
    await untilState(viewer, "viewing", "live");
    await until(viewer, () => viewing.stats().latency < 1000);
    await until(viewer, (before) => viewing.stats().segment > before + 8_000_000, segment);
    const live = readBarcodes(await pictures(viewer, 30), { skip: true });
    assert.ok(median(live.map(({ latency }) => latency)) < 1000);
    assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
  });

  test(`${browser} catches up with what is live without a cut`, { timeout: 120_000 }, async (t) => {
    const viewer = await broadcastBefore(t, launch);
    const endFilm = await filming(viewer);
    await view(viewer, { from: -5 });
    await viewer.evaluate(() => (video.playbackRate = 2));
    await untilState(viewer, "viewing", "live");
    await pictures(viewer, 60);
    const shown = readBarcodes(await endFilm(), { skip: true });
    assert.deepEqual(stepsBack(shown), []);
    // At twice the rate browsers leave out every other picture.
    assert.ok(longest(shown, "time") < 2 * HOLE, `${longest(shown, "time")} ms are missing`);
    assert.ok(shown.at(-1).latency < 1000, `${shown.at(-1).latency} ms behind`);
    assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
  });

  test(`${browser} is taken back from what is live, and by the video's own seek bar over all that is kept`, { timeout: 120_000 }, async (t) => {
    const viewer = await broadcastBefore(t, launch);
    await view(viewer);
    await pictures(viewer, 30);
    const { from, to } = await viewer.evaluate(async () => {
      const { from, to } = await viewing.seekable();
      return { from: from.getTime(), to: to.getTime() };
    });
    assert.ok(to - from >= BEFORE - INTERVAL && Math.abs(to - Date.now()) < 2 * INTERVAL + LATE, `${from} to ${to}`);

    await viewer.evaluate((moment) => viewing.seek(new Date(moment)), from + 2_000);
    const [{ time: first }] = readBarcodes(await pictures(viewer, 1), { skip: true });
    assert.ok(Math.abs(first - ((from + 2_000) % 2 ** 32)) < LATE, `${first}`);
    const bar = await viewer.evaluate(() => [video.seekable.start(0), video.seekable.end(0), video.currentTime]);
    assert.ok(bar[0] === 0 && bar[1] >= (to - from) / 1000 && Math.abs(bar[2] - 2) < LATE / 1000, `${bar}`);

    for (const seconds of [9, 0, 5]) {
      await viewer.evaluate((seconds) => (video.currentTime = seconds), seconds);
      const wanted = (from + seconds * 1000) % 2 ** 32;
      await until(viewer, (seconds) => !video.seeking && video.currentTime >= seconds, seconds);
      const shown = readBarcodes(await pictures(viewer, 10), { skip: true });
      assert.ok(Math.abs(median(shown.map(({ time }) => time)) - wanted) < LATE, `${shown[0].time} instead of ${wanted}`);
      assert.equal(await viewer.evaluate(() => viewing.state), "replaying");
    }
    assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
  });
}

test("a relay that keeps nothing says what to do, and what is live goes on", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const broadcaster = await openBare(await launchChromium(t), relay);
  await record(broadcaster, "barcodes");
  const viewer = await openBare(await launchChromium(t), relay);
  const refused = await viewer.evaluate(() => window.view({ from: -60 }).then(null, ({ name, message }) => ({ name, message })));
  assert.equal(refused.name, "NotSupportedError");
  assert.match(refused.message, /--archive/);
  await view(viewer);
  await pictures(viewer, 10);
  const sought = await viewer.evaluate(() => viewing.seek(-1).then(null, ({ name }) => name));
  assert.equal(sought, "NotSupportedError");
  assert.equal(await viewer.evaluate(() => viewing.seekable()), null);
  for (const moment of [60, "yesterday", null]) {
    assert.equal(await viewer.evaluate((moment) => viewing.seek(moment).then(null, ({ name }) => name), moment), "TypeError");
  }
  await pictures(viewer, 10);
  assert.equal(await viewer.evaluate(() => viewing.state), "live");
});

/** A broadcast that was kept for a while, and a page that is to see it. */
async function broadcastBefore(t, launch) {
  const folder = await mkdtemp(join(tmpdir(), "blobcast-archive-"));
  defer(t, () => rm(folder, { recursive: true }));
  const relay = await relayFor(t, "--archive", folder);
  const broadcaster = await openBare(await launchChromium(t), relay);
  await record(broadcaster, "barcodes", { restartInterval: INTERVAL });
  const viewer = await openBare(await launch(t), relay);
  const { segment } = await statsOf(broadcaster, "recording");
  await until(broadcaster, (later) => recording.stats().segment >= later, segment + BEFORE * 1000);
  return viewer;
}
