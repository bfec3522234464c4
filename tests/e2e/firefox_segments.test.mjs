// Firefox's MediaSource takes a wrong guess of a frame's duration for a gap and drops the rest of the segment. So the player
// writes the durations down. What it appends is appended here once more, without a clock in it: whatever else the machine does
// meanwhile, each segment is buffered or it is not. As a control the same segments without durations lose some.

import assert from "node:assert/strict";
import { test } from "node:test";
import { appended } from "./harness/appended.js";
import { blobsOf } from "./harness/blobs.mjs";
import { launchChromium, launchFirefox } from "./harness/browser.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { openBare, record, relayFor, view } from "./harness/pages.mjs";
import { traffic } from "./harness/traffic.js";

const SEGMENTS = shortOrLong(12, 20);
const INTERVAL = 1000;

test("Firefox buffers every segment of a broadcast with sound", { timeout: 120_000 }, async (t) => {
  const relay = await relayFor(t);
  const broadcaster = await openBare(await launchChromium(t), relay);
  const viewer = await openBare(await launchChromium(t), relay, { inject: [appended, traffic] });
  await record(broadcaster, "barcodesAndTone", { restartInterval: INTERVAL });
  await view(viewer, { mode: "mse" });
  // The first may be a part of one, and the last is not over.
  await viewer.waitForFunction((count) => viewing.stats().restarts >= count + 2, { timeout: 60_000 }, SEGMENTS);
  const played = await base64Of(viewer, () => window.appended);
  const inits = played.filter(isInit).length;
  assert.equal(inits, 1, "the tracks are the same, so the player does not begin anew with a segment");
  const received = [];
  for (let i = 1; i <= SEGMENTS; i++) received.push(await base64Of(viewer, receivedInPage, i));

  await Promise.all([broadcaster.close(), viewer.close()]); // nothing plays while Firefox is busy
  const firefox = await openBare(await launchFirefox(t), relay);
  const ranges = await firefox.evaluate(bufferInPage, [played]);
  assert.equal(await firefox.evaluate(() => window.video.error), null);
  const lost = gapsIn(ranges[0], INTERVAL);
  const whole = (await firefox.evaluate(bufferInPage, received)).filter((ranges) => lengthOf(ranges) >= 0.6 * INTERVAL);
  const without = SEGMENTS - whole.length;
  t.diagnostic(`${lengthOf(ranges[0])} ms in ${ranges[0].length} ranges; without durations ${without} of ${SEGMENTS} segments are lost`);
  assert.ok(lengthOf(ranges[0]) > SEGMENTS * INTERVAL, "all of it is there");
  assert.equal(lost, 0, JSON.stringify(ranges[0]));
  assert.ok(without > 0, "without durations none was lost either: are they still needed?");
});

/** How many holes of half a segment there are. */
const gapsIn = (ranges, interval) => ranges.slice(1).filter(([start], i) => start - ranges[i][1] > interval / 2).length;

const lengthOf = (ranges) => Math.round(ranges.reduce((sum, [start, end]) => sum + end - start, 0));

/** Whether it begins as an init segment does: by the EBML header. */
const isInit = (base64) => Buffer.from(base64.slice(0, 8), "base64").readUInt32BE() === 0x1a45dfa3;

const base64Of = async (...blobs) => (await blobsOf(...blobs)).map((bytes) => bytes.toString("base64"));

/** Runs in the viewer's page: the pieces of a segment that it received, in order. */
function receivedInPage(index) {
  const { received } = window.traffic;
  const segment = [...new Set(received.map(({ segment }) => segment))].sort((a, b) => a - b)[index];
  const of = received.filter((piece) => piece.segment === segment && piece.bytes > 0);
  return of.sort((a, b) => (a.kind === "blob" ? -1 : b.kind === "blob" ? 1 : a.seq - b.seq)).map(({ raw, bytes }) => raw.slice(raw.size - bytes));
}

/** Runs in Firefox's page: appends each of the streams behind what is there, and tells what it buffered of each: ranges, in ms. */
async function bufferInPage(streams) {
  const source = new MediaSource();
  window.video.src = URL.createObjectURL(source);
  await new Promise((resolve) => source.addEventListener("sourceopen", resolve, { once: true }));
  const buffer = source.addSourceBuffer("video/webm;codecs=vp8,opus");
  const ranges = () => Array.from({ length: buffer.buffered.length }, (_, i) => [buffer.buffered.start(i) * 1000, buffer.buffered.end(i) * 1000]);
  const end = () => ranges().at(-1)?.[1] ?? 0;
  const buffered = [];
  for (const pieces of streams) {
    buffer.abort();
    const begin = end();
    buffer.timestampOffset = begin / 1000;
    for (const piece of pieces) {
      const done = new Promise((resolve) => buffer.addEventListener("updateend", resolve, { once: true }));
      if (window.video.error) return buffered; // it takes no more of them
      buffer.appendBuffer(Uint8Array.from(atob(piece), (character) => character.charCodeAt(0)));
      await done;
    }
    buffered.push(ranges().flatMap(([from, to]) => (to > begin ? [[Math.max(from, begin), to]] : [])));
  }
  return buffered;
}
