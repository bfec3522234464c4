// `latency: "low"` when what is broadcast changes. How early it is, and together: low_latency.test.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { logOf, openBare, record, relayFor, statsOf, until, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";

const BOTH = "video/webm;codecs=vp8,opus";
const errorsOf = async (page, kind) => (await logOf(page, kind)).errors;

test(`latency "low": streams with and without sound replace each other, and a sound that ends is done without`, { timeout: 90_000 }, async (t) => {
  const relay = await relayFor(t);
  const broadcaster = await openBare(await launchChromium(t), relay);
  const viewer = await openBare(await launchChromium(t), relay);
  await record(broadcaster, "barcodes", { latency: "low", restartInterval: 4000 });
  await view(viewer, { mode: "mse" });
  await pictures(viewer, 10);
  for (const [source, mimeType] of [["slides", "video/webm;codecs=vp8"], ["barcodesAndTone", BOTH]]) {
    await broadcaster.evaluate(async (source) => recording.replaceStream((window.source = await sources[source](40))), source);
    await until(viewer, (mimeType) => viewing.stats().mimeType === mimeType, mimeType);
    await pictures(viewer, 30);
  }
  await broadcaster.evaluate(() => source.getAudioTracks()[0].stop());
  await until(viewer, () => viewing.stats().mimeType === "video/webm;codecs=vp8");
  await pictures(viewer, 30);
  await broadcaster.evaluate(async () => source.addTrack((await sources.tone()).getAudioTracks()[0]));
  await until(viewer, (mimeType) => viewing.stats().mimeType === mimeType, BOTH);
  await pictures(viewer, 30);
  for (const [page, kind] of [[broadcaster, "recording"], [viewer, "viewing"]]) assert.deepEqual(await errorsOf(page, kind), []);
});

test(`latency "low": sound that gives nothing is done without until it does`, { timeout: 90_000 }, async (t) => {
  const relay = await relayFor(t);
  const broadcaster = await openBare(await launchChromium(t), relay);
  await record(broadcaster, "barcodesAndSilence", { latency: "low", restartInterval: 2000 });
  await until(broadcaster, () => recordingLog.errors.length > 0);
  const [error] = await errorsOf(broadcaster, "recording");
  assert.match(error.message, /without sound/);
  assert.equal((await statsOf(broadcaster, "recording")).mimeType, "video/webm;codecs=vp8");
  await broadcaster.evaluate(() => resumeSound());
  await until(broadcaster, (mimeType) => recording.stats().mimeType === mimeType, BOTH);
  assert.equal((await errorsOf(broadcaster, "recording")).length, 1);
});
