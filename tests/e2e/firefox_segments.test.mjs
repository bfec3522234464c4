// Firefox's MediaSource takes a wrong guess of a frame's duration for a gap and drops the rest of the segment. So the player
// writes the durations down. What it appends is appended here once more, without a clock in it: whatever else the machine does
// meanwhile, each segment is buffered or it is not. As a control the same segments without durations lose some.

import assert from "node:assert/strict";
import { test } from "node:test";
import { appended } from "./harness/appended.js";
import { launchChromium, launchFirefox } from "./harness/browser.mjs";
import { openBare, record, relayFor, view } from "./harness/pages.mjs";
import { traffic } from "./harness/traffic.js";

const SEGMENTS = 20;

test("Firefox buffers every segment of a broadcast with sound", { timeout: 120_000 }, async (t) => {
  const relay = await relayFor(t);
  const broadcaster = await openBare(await launchChromium(t), relay);
  const viewer = await openBare(await launchChromium(t), relay, { inject: [appended, traffic] });
  await record(broadcaster, "barcodesAndTone", { restartInterval: 1000 });
  await view(viewer, { mode: "mse" });
  // The first may be a part of one, and the last is not over.
  await viewer.waitForFunction((count) => window.appended.length >= count + 2, { timeout: 60_000 }, SEGMENTS);
  const played = await viewer.evaluate(base64Of, "played", SEGMENTS);
  const received = await viewer.evaluate(base64Of, "received", SEGMENTS);

  const firefox = await openBare(await launchFirefox(t), relay);
  const lost = async (segments) => (await firefox.evaluate(bufferInPage, segments)).filter((ms) => ms < 600).length;
  const [withDurations, without] = [await lost(played), await lost(received)];
  t.diagnostic(`of ${SEGMENTS} segments, ${withDurations} lost; ${without} without durations`);
  assert.equal(withDurations, 0);
  assert.ok(without > 0, "without durations none was lost either: are they still needed?");
});

/** Runs in the viewer's page: segments as it appended or as it received them, each a list of base64. */
async function base64Of(which, count) {
  const base64 = async (blob) => {
    const reader = new FileReader();
    reader.readAsDataURL(blob);
    await new Promise((resolve) => (reader.onload = resolve));
    return reader.result.slice(reader.result.indexOf(",") + 1);
  };
  let segments = window.appended;
  if (which === "received") {
    const pieces = (segment) => {
      const of = window.traffic.received.filter((piece) => piece.segment === segment && piece.bytes > 0);
      return of.sort((a, b) => (a.kind === "blob" ? -1 : b.kind === "blob" ? 1 : a.seq - b.seq)).map(({ raw, bytes }) => raw.slice(raw.size - bytes));
    };
    segments = [...new Set(window.traffic.received.map(({ segment }) => segment))].sort((a, b) => a - b).map(pieces);
  }
  return Promise.all(segments.slice(1, count + 1).map((pieces) => Promise.all(pieces.map(base64))));
}

/** Runs in Firefox's page: appends segments one after the other, and tells by how many ms each made the buffer longer. */
async function bufferInPage(segments) {
  const source = new MediaSource();
  window.video.src = URL.createObjectURL(source);
  await new Promise((resolve) => source.addEventListener("sourceopen", resolve, { once: true }));
  const buffer = source.addSourceBuffer("video/webm;codecs=vp8,opus");
  const end = () => (buffer.buffered.length ? buffer.buffered.end(buffer.buffered.length - 1) : 0);
  const lengths = [];
  for (const pieces of segments) {
    buffer.abort();
    const begin = end();
    buffer.timestampOffset = begin;
    for (const piece of pieces) {
      const done = new Promise((resolve) => buffer.addEventListener("updateend", resolve, { once: true }));
      buffer.appendBuffer(Uint8Array.from(atob(piece), (character) => character.charCodeAt(0)));
      await done;
    }
    lengths.push((end() - begin) * 1000);
  }
  return lengths;
}
