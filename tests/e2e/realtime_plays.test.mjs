// Mode realtime: when it is taken, what it decodes, and what is heard. How near it is to the source: realtime.test.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readBarcodes, stepsBack } from "./harness/barcodes.mjs";
import { counters } from "./harness/counters.js";
import { shortOrLong } from "./harness/length.mjs";
import { logOf, openBoth, record, statsOf, until, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";

for (const codec of shortOrLong(["av1"], ["vp9", "av1"])) {
  test(`${codec} is decoded, over restarts`, { timeout: 60_000 }, async (t) => {
    const { broadcaster, viewer } = await openBoth(t);
    await record(broadcaster, "barcodes", { restartInterval: 1000, mimeType: `video/webm;codecs=${codec},opus` });
    await view(viewer, { mode: "realtime" });
    const first = await until(viewer, () => viewing.stats().segment);
    await until(viewer, (later) => viewing.stats().segment > later, first + 2_000_000);
    const shown = readBarcodes(await pictures(viewer, 30));
    assert.deepEqual(stepsBack(shown), []);
    assert.match((await statsOf(viewer, "viewing")).mimeType, codec === "vp9" ? /vp0?9/ : /av0?1/);
    assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
  });
}

test("a decoder that has fallen behind when the next segment begins goes on with that one", { timeout: 60_000 }, async (t) => {
  const { broadcaster, viewer } = await openBoth(t);
  await record(broadcaster, "barcodes", { restartInterval: 1000 });
  await viewer.evaluate(() => {
    const { reset } = VideoDecoder.prototype;
    window.resets = 0;
    VideoDecoder.prototype.reset = function () {
      window.resets++;
      reset.call(this);
    };
    Object.defineProperty(VideoDecoder.prototype, "decodeQueueSize", { get: () => 31 });
  });
  await view(viewer, { mode: "realtime" });
  await until(viewer, () => window.resets >= 2);
  assert.deepEqual(stepsBack(readBarcodes(await pictures(viewer, 60))), []);
  assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
});

test("a picture that waits for the one before it on its way to the element is shown", { timeout: 60_000 }, async (t) => {
  const { broadcaster, viewer } = await openBoth(t);
  await record(broadcaster, "barcodes", { restartInterval: 1000 });
  // As on a busy machine.
  await viewer.evaluate(() => {
    const { write } = WritableStreamDefaultWriter.prototype;
    WritableStreamDefaultWriter.prototype.write = async function (picture) {
      await new Promise(requestAnimationFrame);
      return write.call(this, picture);
    };
  });
  await view(viewer, { mode: "realtime" });
  assert.deepEqual(stepsBack(readBarcodes(await pictures(viewer, 60))), []);
});

test("mode auto takes it for a targetLatency under 200 ms, and mse where there are no WebCodecs", { timeout: 60_000 }, async (t) => {
  const { broadcaster, viewer } = await openBoth(t);
  await record(broadcaster, "barcodes");
  const chosen = async (options) => {
    await view(viewer, options);
    await until(viewer, () => viewing.stats().mode);
    const { mode } = await statsOf(viewer, "viewing");
    await viewer.evaluate(() => viewing.stop());
    return mode;
  };
  assert.equal(await chosen({ targetLatency: 199 }), "realtime");
  assert.equal(await chosen({ targetLatency: 200 }), "mse");
  assert.equal(await chosen({}), "mse");
  await viewer.evaluate(() => delete window.VideoDecoder);
  assert.equal(await chosen({ targetLatency: 199 }), "mse");
});

test("mode auto goes on with mse where WebCodecs do not take what MediaSource plays", { timeout: 60_000 }, async (t) => {
  const { broadcaster, viewer } = await openBoth(t);
  await record(broadcaster, "barcodes", { restartInterval: 1000 });
  await viewer.evaluate(() => {
    VideoDecoder.prototype.configure = () => {
      throw new TypeError("no such codec");
    };
  });
  await view(viewer, { targetLatency: 100 });
  await pictures(viewer, 30);
  assert.equal((await statsOf(viewer, "viewing")).mode, "mse");
});

test("sound is decoded while the element is not muted, and is as loud as the element", { timeout: 60_000 }, async (t) => {
  const { broadcaster, viewer } = await openBoth(t, { inject: [counters] });
  await record(broadcaster, "barcodesAndTone", { restartInterval: 1000 });
  await viewer.evaluate(listenAtSpeaker);
  await viewer.evaluate(() => (video.muted = true));
  await view(viewer, { mode: "realtime" });
  await pictures(viewer, 30);
  assert.equal(await viewer.evaluate(() => counts().decoders), 1, "the pictures'");

  await viewer.evaluate(() => (video.muted = false));
  await until(viewer, () => isHeard(0.5));
  assert.equal(await viewer.evaluate(() => counts().decoders), 2);
  await viewer.evaluate(() => (video.volume = 0.5));
  await until(viewer, () => isHeard(0.25) && !isHeard(0.4));
  await viewer.evaluate(() => video.pause());
  await until(viewer, () => isSilent());
  await viewer.evaluate(() => video.play());
  await until(viewer, () => isHeard(0.25));

  await viewer.evaluate(() => (video.muted = true));
  await until(viewer, () => isSilent() && counts().decoders === 1);
  await pictures(viewer, 30);
});

test("a broadcast of sound only is heard", { timeout: 60_000 }, async (t) => {
  const { broadcaster, viewer } = await openBoth(t);
  await record(broadcaster, "tone", { restartInterval: 1000 });
  await viewer.evaluate(listenAtSpeaker);
  await view(viewer, { mode: "realtime" });
  await until(viewer, () => isHeard(0.5) && viewing.stats().latency > 0); // it is 0 while the clocks seem not to agree
  const { latency, mode } = await statsOf(viewer, "viewing");
  assert.equal(mode, "realtime");
  assert.ok(latency < 1000, `${latency} ms`);
});

/** Runs in the page: says how loud the package's AudioContext is, by its last node, over 43 ms at each of the last ten looks. */
function listenAtSpeaker() {
  const { createGain } = AudioContext.prototype;
  AudioContext.prototype.createGain = function () {
    const [gain, analyser] = [createGain.call(this), this.createAnalyser()];
    gain.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const levels = [];
    setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      levels.push(Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length));
    }, 50);
    window.isHeard = (level) => levels.length >= 10 && levels.slice(-10).every((one) => one > level);
    window.isSilent = () => levels.length >= 10 && levels.slice(-10).every((one) => one === 0);
    return gain;
  };
}
