// `latency: "low"`: pictures and sound are recorded apart, so that neither waits for the other, and are one segment all the same.
// What follows a change of the source: low_latency_changes.test.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { median, readBarcodes, stepsBack } from "./harness/barcodes.mjs";
import { blobsOf } from "./harness/blobs.mjs";
import { launchChromium, launchFirefox } from "./harness/browser.mjs";
import { RATE, samplesIn, segmentsIn, shownIn } from "./harness/decoded.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { logOf, openBare, record, relayFor, statsOf, until, untilState, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";
import { assertUncut, assertWhole, glue, read } from "./harness/segments.mjs";
import { traffic } from "./harness/traffic.js";

/** A packet of Opus from Chromium, ms. */
const PACKET = 60;
/** What a viewer does not notice, ms. <https://www.itu.int/rec/R-REC-BT.1359> */
const LIPS = 45;

const BOTH = "video/webm;codecs=vp8,opus";
const errorsOf = async (page, kind) => (await logOf(page, kind)).errors;

/** What has come to a page whose traffic is noted, as messages with the wall clock's ms. */
async function receivedBy(page) {
  const times = await page.evaluate(() => window.traffic.received.map(({ at }) => performance.timeOrigin + at));
  const raws = await blobsOf(page, () => window.traffic.received.map(({ raw }) => raw));
  return raws.map((raw, i) => ({ raw, at: times[i] }));
}

/** How much earlier or later than its flash each beep is heard in a segment, ms. */
function lipsIn(segment) {
  const WINDOW = RATE / 1000;
  const samples = samplesIn(segment);
  const isLoud = (at) => Math.hypot(...samples.subarray(at, at + WINDOW)) > 0.1 * Math.sqrt(WINDOW);
  const beeps = [];
  for (let at = WINDOW; at + WINDOW <= samples.length; at += WINDOW) {
    if (isLoud(at) && !isLoud(at - WINDOW)) beeps.push(segment.packets[0].time + at / WINDOW);
  }
  const isLit = ({ luma }) => luma[30 * 64 + 32] > 128;
  const shown = shownIn(segment);
  const flashes = shown.filter((picture, i) => i > 0 && isLit(picture) && !isLit(shown[i - 1]));
  const nearest = (time) => beeps.map((beep) => beep - time).reduce((best, off) => (Math.abs(off) < Math.abs(best) ? off : best), Infinity);
  return flashes.map(({ time }) => nearest(time)).filter((off) => Math.abs(off) < 250);
}

// "usual" shows that the test sees the difference.
for (const latency of shortOrLong(["low"], ["low", "usual"])) {
  const isLow = latency === "low";
  test(`latency "${latency}": ${isLow ? "pictures come one by one" : "they come in pairs"}, in whole segments, with the sound of their time`, { timeout: 120_000 }, async (t) => {
    const relay = await relayFor(t);
    const broadcaster = await openBare(await launchChromium(t), relay);
    const viewer = await openBare(await launchChromium(t), relay, { inject: [traffic] });
    await record(broadcaster, "flashes", { latency, restartInterval: 2000 });
    await view(viewer, { mode: "mse" });
    await until(viewer, () => viewing.stats().restarts >= 5);
    assert.equal((await statsOf(viewer, "viewing")).mimeType, BOTH);
    await broadcaster.evaluate(() => recording.stop());
    await untilState(viewer, "viewing", "ended");
    for (const [page, kind] of [[broadcaster, "recording"], [viewer, "viewing"]]) assert.deepEqual(await errorsOf(page, kind), []);

    const messages = await receivedBy(viewer);
    const whole = glue(messages.map(({ raw }) => read(raw)));
    assertWhole(whole);
    assertUncut(whole);
    const segments = segmentsIn(messages);
    const live = segments.slice(1); // what a newcomer gets first comes at once

    const shown = live.flatMap((segment) => readBarcodes(shownIn(segment).map(({ luma, at }) => ({ luma, at }))));
    assert.deepEqual(stepsBack(shown), []);
    const pairs = shown.filter(({ at }, i) => i > 0 && at - shown[i - 1].at < 5).length / shown.length;
    const arrival = median(shown.map(({ latency }) => latency));
    const lips = live.flatMap(lipsIn);
    t.diagnostic(`${arrival.toFixed(1)} ms from drawing to arrival; ${(pairs * 100).toFixed(0)} % come with another; lips ${lips.map(Math.round)}`);
    assert.ok(isLow ? pairs < 0.25 : pairs > 0.25, `${pairs} come with another one`);
    if (!isLow) return;
    // A flash may have been captured a frame late.
    const inTime = lips.filter((off) => Math.abs(off) <= LIPS).length;
    assert.ok(lips.length >= 8 && inTime >= 0.8 * lips.length && Math.abs(median(lips)) < 20, `lips ${lips}`);

    const packets = live.flatMap(({ number, packets }) => packets.map(({ time }) => number / 1000 + time));
    const off = packets.slice(1).map((time, i) => Math.round(time - packets[i] - PACKET));
    t.diagnostic(`${packets.length} packets of sound over ${live.length} segments, ${off.filter((ms) => Math.abs(ms) > 2)} ms off`);
    assert.ok(off.every((ms) => Math.abs(ms) <= 15), `the sound goes on over restarts: ${off}`);
    const { pictures, packets: last, number } = segments.at(-1);
    const [seen, heard] = [pictures.at(-1).time, (last.at(-1)?.time ?? packets.at(-1) - number / 1000) + PACKET];
    assert.ok(heard > seen - PACKET, `pictures until ${seen} ms, sound until ${heard} ms: its tail is missing`);
  });
}

const SHORT = [["Chromium", launchChromium, "mse"]];
const LONG = [
  ...SHORT,
  ["Chromium", launchChromium, "mse", "keyframe"],
  ["Firefox", launchFirefox, "mse"],
  ["Chromium", launchChromium, "glue"],
  ["Firefox", launchFirefox, "glue"],
];

for (const [browser, launch, mode, restart] of shortOrLong(SHORT, LONG)) {
  const how = restart ? `, restarted by "${restart}"` : "";
  test(`latency "low"${how}, seen in mode ${mode} in ${browser}: in order, and heard`, { timeout: 90_000 }, async (t) => {
    const relay = await relayFor(t);
    const broadcaster = await openBare(await launchChromium(t), relay);
    const viewer = await openBare(await launch(t), relay);
    await record(broadcaster, "barcodesAndTone", { latency: "low", restart, restartInterval: 2000 });
    await view(viewer, { mode });
    const shown = readBarcodes(await pictures(viewer, 20));
    await viewer.evaluate(() => {
      window.waits = 0;
      video.addEventListener("waiting", () => window.waits++);
    });
    const hears = await viewer.evaluateHandle(() => hear(video));
    await until(viewer, (restarts) => viewing.stats().restarts >= restarts, (await statsOf(viewer, "viewing")).restarts + 3);
    shown.push(...readBarcodes(await pictures(viewer, 60)));
    const levels = await hears.evaluate(({ levels }) => levels);
    const loud = levels.filter((level) => level > 0.1).length / levels.length;
    const waits = await viewer.evaluate(() => window.waits);
    t.diagnostic(`${median(shown.map(({ latency }) => latency))} ms, ${levels.length ? `heard ${(loud * 100).toFixed(0)} % of the time, ` : ""}waited ${waits} times`);
    assert.deepEqual(stepsBack(shown), []);
    // Firefox without a screen lets no AudioContext run, so nothing listens there.
    if (browser === "Firefox") assert.ok(await viewer.evaluate(() => video.mozHasAudio));
    else assert.ok(loud > (mode === "mse" ? 0.9 : 0.6), `heard ${(loud * 100).toFixed(0)} % of the time`);
    if (mode === "mse") assert.ok(waits <= 3, `waited ${waits} times`);
    assert.equal((await statsOf(viewer, "viewing")).mimeType, BOTH);
    assert.deepEqual(await errorsOf(viewer, "viewing"), []);
  });
}
