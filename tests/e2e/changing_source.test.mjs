// What is broadcast changes: another stream, another size, a track that ends or gives nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readBarcodes } from "./harness/barcodes.mjs";
import { launchChromium, launchFirefox } from "./harness/browser.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { logOf, openBare, record, relayFor, stateOf, statsOf, until, untilState, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";

/** A change may take this long, in ms, on a busy machine: far less than a segment. */
const CUT = 1500;

async function open(t, options = {}) {
  const relay = await relayFor(t);
  const broadcaster = await openBare(await (options.broadcaster ?? launchChromium)(t), relay);
  const viewer = await openBare(await launchChromium(t), relay);
  return { relay, broadcaster, viewer };
}

const errorsOf = async (page, kind) => (await logOf(page, kind)).errors;

for (const [browser, launch, modes] of [
  ["Chromium", launchChromium, shortOrLong([], ["mse", "glue"])], // short: the next test
  ["Firefox", launchFirefox, shortOrLong(["glue"], ["mse", "glue"])],
]) {
  for (const mode of modes) {
    test(`replaceStream in ${browser}, seen in mode ${mode}: a cut to the new stream`, { timeout: 90_000 }, async (t) => {
      const { broadcaster, viewer } = await open(t, { broadcaster: launch });
      await record(broadcaster, "slides", { every: 40, restartInterval: 4000 });
      await view(viewer, { mode });
      await pictures(viewer, 30);
      const before = await statsOf(broadcaster, "recording");
      await broadcaster.evaluate(async () => {
        const next = await sources.small();
        const old = window.source;
        await recording.replaceStream(next);
        // Only now the old one is not needed any more.
        for (const track of old.getTracks()) track.stop();
      });
      assert.ok((await statsOf(broadcaster, "recording")).restarts > before.restarts, "it is the next segment");
      await until(viewer, () => video.videoWidth === 320);
      const shown = await pictures(viewer, 30);
      assert.equal(readBarcodes(shown).length, 30);
      assert.equal(await stateOf(broadcaster, "recording"), "live");
      for (const [page, kind] of [[broadcaster, "recording"], [viewer, "viewing"]]) assert.deepEqual(await errorsOf(page, kind), []);
    });
  }
}

test("replaceStream from picture to picture and sound, and back", { timeout: 90_000 }, async (t) => {
  const { broadcaster, viewer } = await open(t);
  await record(broadcaster, "slides", { every: 40, restartInterval: 2000 });
  await view(viewer, { mode: "mse" });
  await pictures(viewer, 10);
  for (const [source, mimeType] of [["barcodesAndTone", "video/webm;codecs=vp8,opus"], ["slides", "video/webm;codecs=vp8"]]) {
    const replaced = await broadcaster.evaluate(async (source) => {
      const began = performance.now();
      await recording.replaceStream(await sources[source](40));
      return performance.now() - began;
    }, source);
    t.diagnostic(`${source} after ${replaced.toFixed(0)} ms`);
    assert.ok(replaced < CUT);
    await until(viewer, (mimeType) => viewing.stats().mimeType === mimeType, mimeType);
    await pictures(viewer, 30);
  }
  assert.deepEqual(await errorsOf(viewer, "viewing"), []);
});

test("replaceStream refuses what cannot be broadcast, and goes on", { timeout: 60_000 }, async (t) => {
  const { broadcaster } = await open(t);
  await record(broadcaster, "barcodes");
  const refusal = (stream) => broadcaster.evaluate(`refusal((async () => recording.replaceStream(await (${stream})()))())`);
  assert.equal((await refusal(() => new MediaStream())).name, "TypeError");
  assert.equal((await refusal(() => 7)).name, "TypeError");
  assert.equal(await stateOf(broadcaster, "recording"), "live");
  await broadcaster.evaluate(() => recording.stop());
  assert.equal((await refusal(() => sources.slides(40))).name, "InvalidStateError");
});

test("a picture that changes its size goes on in the new size", { timeout: 60_000 }, async (t) => {
  const { broadcaster, viewer } = await open(t);
  await record(broadcaster, "barcodes", { restartInterval: 1000 });
  await view(viewer, { mode: "mse" });
  await pictures(viewer, 10);
  // As a phone that is turned.
  for (const [width, height] of [[360, 640], [640, 360]]) {
    await broadcaster.evaluate((width, height) => resize(width, height), width, height);
    await until(viewer, (width) => video.videoWidth === width, width);
    const { restarts } = await statsOf(viewer, "viewing");
    await until(viewer, (restarts) => viewing.stats().restarts > restarts + 1, restarts);
    await pictures(viewer, 30);
  }
  assert.deepEqual(await errorsOf(viewer, "viewing"), []);
});

test("when the picture's track ends the sound goes on, and when all have ended so has the broadcast", { timeout: 90_000 }, async (t) => {
  const { broadcaster, viewer } = await open(t);
  await record(broadcaster, "barcodesAndTone", { restartInterval: 1000 });
  await view(viewer, { mode: "mse" });
  await pictures(viewer, 10);
  await broadcaster.evaluate(() => source.getVideoTracks()[0].stop());
  await until(viewer, () => viewing.stats().mimeType === "audio/webm;codecs=opus");
  await until(viewer, (time) => viewing.stats().restarts > time, (await statsOf(viewer, "viewing")).restarts + 2);
  const levels = await viewer.evaluate(async () => {
    const { levels } = await hear(video);
    while (levels.length < 200) await new Promise(requestAnimationFrame);
    return levels;
  });
  assert.ok(levels.filter((level) => level > 0.1).length > levels.length / 2, "the tone is heard");
  assert.deepEqual(await errorsOf(broadcaster, "recording"), []);
  await broadcaster.evaluate(() => source.getAudioTracks()[0].stop());
  await untilState(broadcaster, "recording", "ended");
  await untilState(viewer, "viewing", "ended");
  assert.deepEqual(await errorsOf(viewer, "viewing"), []);
});

test("sound that gives nothing does not hold the picture back, and is there when it comes", { timeout: 120_000 }, async (t) => {
  const { broadcaster, viewer } = await open(t);
  await broadcaster.evaluate(() => (window.began = performance.now()));
  await record(broadcaster, "barcodesAndSilence", { restartInterval: 2000 });
  await view(viewer, { mode: "mse" });
  await pictures(viewer, 30);
  assert.equal((await statsOf(viewer, "viewing")).mimeType, "video/webm;codecs=vp8");
  const errors = await errorsOf(broadcaster, "recording");
  assert.match(errors[0].message, /without sound/);
  await broadcaster.evaluate(() => resumeSound());
  await until(viewer, () => viewing.stats().mimeType === "video/webm;codecs=vp8,opus");
  await pictures(viewer, 30);
  assert.equal(await stateOf(broadcaster, "recording"), "live");
  assert.deepEqual(await errorsOf(viewer, "viewing"), []);
});

// In the short form sound alone is heard in mode mse when the picture's track has ended.
for (const mode of shortOrLong([], ["mse", "glue"])) {
  test(`a broadcast of sound alone is heard in mode ${mode}`, { timeout: 60_000 }, async (t) => {
    const { broadcaster, viewer } = await open(t);
    await record(broadcaster, "tone", { restartInterval: 1000 });
    assert.equal((await statsOf(broadcaster, "recording")).mimeType, "audio/webm;codecs=opus");
    await view(viewer, { mode });
    await until(viewer, () => viewing.stats().restarts >= 3);
    const levels = await viewer.evaluate(async () => {
      const { levels } = await hear(video);
      while (levels.length < 300) await new Promise(requestAnimationFrame);
      return levels;
    });
    const loud = levels.filter((level) => level > 0.1).length / levels.length;
    t.diagnostic(`loud ${(loud * 100).toFixed(0)} % of the time`);
    assert.ok(loud > (mode === "mse" ? 0.9 : 0.6), `the tone is heard ${(loud * 100).toFixed(0)} % of the time`);
    assert.deepEqual(await errorsOf(viewer, "viewing"), []);
  });
}
