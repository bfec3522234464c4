// What was broadcast before: from a moment on, by the element's own seek bar, and back to what is live.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as passes } from "node:timers/promises";
import { startRelay } from "../../scripts/relay.mjs";
import { longest, median, readBarcodes, stepsBack } from "./harness/barcodes.mjs";
import { launchChromium, launchFirefox, LOST } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { counters } from "./harness/counters.js";
import { folderFor } from "./harness/folder.mjs";
import { minter } from "./harness/minter.mjs";
import { isLong, shortOrLong } from "./harness/length.mjs";
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

test("what was broadcast before", { timeout: 240_000 }, async (t) => {
  const { relay } = await broadcastBefore(t, launchChromium);
  for (const [browser, launch] of [["Chromium", launchChromium], ["Firefox", launchFirefox]]) await lookBack(t, relay, browser, launch);
});

/** All that a browser sees of one broadcast. */
async function lookBack(t, relay, browser, launch) {
  const hole = browser === "Firefox" ? 2 * HOLE : HOLE; // on a busy machine it passes over pictures
  await t.test(`${browser} begins some seconds back, plays on over segments, and goes live`, { timeout: 120_000 }, async (t) => {
    const viewer = await openBare(await launch(t), relay);
    await view(viewer, { from: -8 });
    assert.equal(await viewer.evaluate(() => viewing.state), "replaying");
    const shown = readBarcodes(await pictures(viewer, 100), { skip: true });
    const { latency, segment } = await statsOf(viewer, "viewing");
    t.diagnostic(JSON.stringify({ latency, first: shown[0].latency, last: shown.at(-1).latency, took: shown.at(-1).at - shown[0].at, played: shown.at(-1).time - shown[0].time }));
    const behind = median(shown.map(({ latency }) => latency));
    assert.ok(behind >= 8_000 - HOLE && behind < 8_000 + LATE, `${behind} ms behind`);
    assert.ok(Math.abs(latency - shown.at(-1).latency) < 300, `${latency} ms stated, ${shown.at(-1).latency} ms seen`);
    assert.deepEqual(stepsBack(shown), []);
    assert.ok(longest(shown, "time") < hole, `${longest(shown, "time")} ms are missing`);

    await viewer.evaluate(() => viewing.goLive());
    await untilState(viewer, "viewing", "live");
    await until(viewer, () => viewing.stats().latency < 1000);
    await until(viewer, (before) => viewing.stats().segment > before + 8_000_000, segment);
    const live = readBarcodes(await pictures(viewer, 30), { skip: true });
    assert.ok(median(live.map(({ latency }) => latency)) < 1000);
    assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
  });

  if (browser === "Firefox" && !isLong) return; // it looks back by the same code

  await t.test(`${browser} catches up with what is live without a cut`, { timeout: 120_000 }, async (t) => {
    const viewer = await openBare(await launch(t), relay);
    const endFilm = await filming(viewer);
    await view(viewer, { from: -5 });
    await viewer.evaluate(() => (video.playbackRate = 2));
    await untilState(viewer, "viewing", "live");
    await pictures(viewer, 60);
    const shown = readBarcodes(await endFilm(), { skip: true });
    assert.deepEqual(stepsBack(shown), []);
    // Before that Firefox may pass over pictures, when it is not as fast as it is asked to be.
    const near = shown.filter(({ latency }) => latency < 3000);
    assert.ok(longest(near, "time") < 2 * HOLE, `${longest(near, "time")} ms are missing`);
    assert.ok(shown.at(-1).latency < 1000, `${shown.at(-1).latency} ms behind`);
    assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
  });

  await t.test(`${browser} is taken back from what is live, and by the video's own seek bar over all that is kept`, { timeout: 120_000 }, async (t) => {
    const viewer = await openBare(await launch(t), relay);
    await view(viewer);
    await pictures(viewer, 30);
    await viewer.evaluate(async () => {
      const sought = viewing.seek(-5);
      viewing.goLive(); // which calls that off
      await sought;
    });
    assert.ok(median(readBarcodes(await pictures(viewer, 10), { skip: true }).map(({ latency }) => latency)) < 1000);
    const { from, to } = await viewer.evaluate(async () => {
      const [{ from, to }] = await Promise.all([viewing.seekable(), viewing.seekable()]);
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

    // What was played is not kept in the page for long: the same place is fetched again.
    await viewer.evaluate((from) => viewing.seek(new Date(from)), from);
    await viewer.evaluate(() => (video.playbackRate = 4));
    await until(viewer, () => video.buffered.start(0) > 1);
    await viewer.evaluate(() => Object.assign(video, { playbackRate: 1, currentTime: 0 }));
    await until(viewer, () => !video.seeking && video.buffered.length && video.buffered.start(0) < 0.5);
    assert.ok((await viewer.evaluate(() => video.currentTime)) < 1);
    assert.deepEqual((await logOf(viewer, "viewing")).errors, []);

    const unanswered = await viewer.evaluate(() => {
      const kept = viewing.seekable();
      viewing.stop();
      return kept;
    });
    assert.equal(unanswered, null);
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

/** How long nothing is broadcast, ms. */
const NOTHING = shortOrLong(3_000, 6_000);

test("where nothing was broadcast it goes on with what came after", { timeout: 90_000 }, async (t) => {
  const { broadcaster, viewer } = await broadcastBefore(t, launchChromium, { before: 3_000 });
  await broadcaster.evaluate(() => recording.stop());
  const stopped = Date.now();
  await passes(NOTHING); // what is missing is time
  await record(broadcaster, "barcodes", { restartInterval: INTERVAL });
  await broadcastFor(broadcaster, 4_000);

  const endFilm = await filming(viewer);
  await viewer.evaluate((from) => window.view({ from: new Date(from) }), stopped - 2_500);
  await until(viewer, (stopped) => viewing.stats().segment > stopped * 1000 && viewing.stats().buffered > 500, stopped);
  await pictures(viewer, 30);
  // The first one is where the segment begins, and the next where it was sought to.
  const shown = readBarcodes(await endFilm(), { skip: true }).slice(1);
  const holes = shown.slice(1).filter(({ time }, i) => time - shown[i].time > HOLE);
  assert.equal(holes.length, 1, JSON.stringify(holes));
  assert.ok(longest(shown, "time") > NOTHING - 1_000 && longest(shown) < 1_500, `${longest(shown)} ms stood still`);
  assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
});

test("a relay that goes away and comes back is waited for, and so is the broadcast", { timeout: 120_000 }, async (t) => {
  const { broadcaster, viewer, relay, folder } = await broadcastBefore(t, launchChromium, { before: 6_000, expects: LOST });
  const segment = await broadcaster.evaluate(() => recording.stats().segment);
  await view(viewer, { from: -5 });
  await pictures(viewer, 10);
  process.kill(relay.pid, "SIGKILL");
  await relay.exit;
  await untilState(viewer, "viewing", "reconnecting");
  const again = await startRelay({ www: "tests/e2e/pages", args: ["--listen", `127.0.0.1:${relay.port}`, "--log", "warn", "--archive", folder] });
  defer(t, again.stop);
  await untilState(viewer, "viewing", "replaying");
  await until(viewer, (before) => viewing.stats().segment > before && viewing.stats().buffered > 500, segment);
  assert.equal((await pictures(viewer, 30)).length, 30);
});

test("what is kept asks for the token that watching asks for", { timeout: 90_000 }, async (t) => {
  const { secret, mint } = await minter(t, 300);
  const [other, good] = [await mint("publish"), await mint("view")];
  const args = ["--token-secret", secret];
  const { viewer } = await broadcastBefore(t, launchChromium, { args, token: other, before: 4_000, expects: /Failed to load resource/ });
  const refused = await viewer.evaluate((token) => refusal(window.view({ from: -3, token })), other);
  assert.equal(refused.name, "NotAllowedError");
  assert.match(refused.message, /role/);
  await view(viewer, { from: -3, token: good });
  await pictures(viewer, 10);
  assert.equal(await viewer.evaluate(() => viewing.state), "replaying");
});

const ROUNDS = shortOrLong(8, 20);

test(`after ${ROUNDS} rounds of looking back nothing is left`, { timeout: 120_000 }, async (t) => {
  const { viewer } = await broadcastBefore(t, launchChromium, { before: 4_000, inject: [counters] });
  for (let round = 0; round < ROUNDS; round++) {
    await viewer.evaluate(async (round) => {
      const picture = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
      const viewing = await startViewing(video, here(round % 2 ? { from: -3 } : {}));
      if (round % 4 === 0) await viewing.seek(-2);
      await picture;
      if (round % 4 === 1) viewing.goLive();
      const unheard = viewing.seek(-3); // stopped under way
      await viewing.stop();
      await unheard;
    }, round);
  }
  const nothing = () => Object.values(counts()).every((count) => count === 0);
  await until(viewer, nothing).catch(async () => assert.fail(JSON.stringify(await viewer.evaluate(() => counts()))));
});

/** A broadcast that was kept for a while, and a page that is to see it. */
async function broadcastBefore(t, launch, { before = BEFORE, args = [], token, ...options } = {}) {
  const folder = await folderFor(t);
  const relay = await relayFor(t, "--archive", folder, ...args);
  const broadcaster = await openBare(await launchChromium(t), relay, { expects: options.expects });
  await record(broadcaster, "barcodes", { restartInterval: INTERVAL, token });
  const viewer = await openBare(await launch(t), relay, options);
  await broadcastFor(broadcaster, before);
  return { relay, folder, broadcaster, viewer };
}

/** Waits until so much more was recorded, ms. */
async function broadcastFor(broadcaster, ms) {
  const { segment } = await statsOf(broadcaster, "recording");
  await until(broadcaster, (later) => recording.stats().segment >= later, segment + ms * 1000);
}
