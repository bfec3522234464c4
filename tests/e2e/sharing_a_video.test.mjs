// One video element, one track set, one page: what happens when they change hands.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { logOf, openBare, record, relayFor, statsOf, until, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";

test("a second viewing on a video takes it over, and stopping the first leaves it alone", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const studio = await launchChromium(t);
  await record(await openBare(studio, relay), "barcodes", { name: "one", restartInterval: 1000 });
  const viewer = await openBare(await launchChromium(t), relay);
  await view(viewer, { name: "one" });
  await pictures(viewer, 3);
  await record(await openBare(studio, relay), "barcodes", { name: "two", restartInterval: 1000 });
  await viewer.bringToFront();
  const first = await viewer.evaluate(async () => {
    const first = viewing;
    window.errors = [];
    first.addEventListener("error", ({ detail }) => errors.push(detail.name));
    await view({ name: "two" });
    while (first.state !== "ended") await new Promise(requestAnimationFrame);
    await first.stop();
    return { state: first.state, errors };
  });
  assert.deepEqual(first, { state: "stopped", errors: ["AbortError"] });
  await pictures(viewer, 30);
  assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
});

test("a track that is added is in the next segment", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const broadcaster = await openBare(await launchChromium(t), relay);
  const viewer = await openBare(await launchChromium(t), relay);
  await broadcaster.evaluate(async () => {
    window.stream = await navigator.mediaDevices.getUserMedia({ video: true });
    window.recording = await startRecording(stream, here({ restartInterval: 2000 }));
    window.errors = [];
    recording.addEventListener("error", ({ detail }) => errors.push(String(detail)));
  });
  await view(viewer, { mode: "mse" });
  await pictures(viewer, 3);
  assert.equal((await statsOf(viewer, "viewing")).mimeType, "video/webm;codecs=vp8");
  await broadcaster.evaluate(async () => {
    const sound = await navigator.mediaDevices.getUserMedia({ audio: true });
    stream.addTrack(sound.getAudioTracks()[0]);
  });
  await until(viewer, () => viewing.stats().mimeType === "video/webm;codecs=vp8,opus");
  await pictures(viewer, 30);
  assert.deepEqual(await broadcaster.evaluate(() => [errors, recording.state]), [[], "live"]);
});

test("what was stopped is collected", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  await record(await openBare(await launchChromium(t), relay), "barcodes", { restartInterval: 1000 });
  const viewer = await openBare(await launchChromium(t), relay);
  await viewer.evaluate(async () => {
    window.kept = [];
    for (const mode of ["mse", "glue"]) {
      const video = document.createElement("video");
      document.body.append(video);
      const viewing = await startViewing(video, here({ mode }));
      await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
      await viewing.stop();
      video.remove();
      kept.push(new WeakRef(video), new WeakRef(viewing));
    }
  });
  const session = await viewer.createCDPSession();
  const left = () => viewer.evaluate(() => kept.filter((ref) => ref.deref()).length);
  for (let tries = 0; (await left()) > 0; tries++) {
    assert.ok(tries < 20, `${await left()} of 4 are still there`);
    await session.send("HeapProfiler.collectGarbage");
    await viewer.evaluate(() => new Promise(requestAnimationFrame));
  }
});

test("a tab that was never in front does not gather what it cannot play", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const broadcaster = await openBare(await launchChromium(t), relay);
  await record(broadcaster, "barcodes", { restartInterval: 1000 });
  const home = await launchChromium(t);
  const front = await openBare(home, relay);
  const context = front.browserContext();
  const session = await front.createCDPSession();
  const link = `${relay.url}bare.html?view=${encodeURIComponent(JSON.stringify({ mode: "mse" }))}`;
  const [target] = await Promise.all([
    new Promise((resolve) => context.once("targetcreated", resolve)),
    session.send("Target.createTarget", { url: link, background: true, browserContextId: context.id }),
  ]);
  const behind = await target.page();
  // A page behind another one paints nothing, so the broadcaster's page tells the time.
  const { segment } = await statsOf(broadcaster, "recording");
  await until(broadcaster, (later) => recording.stats().segment > later, segment + 8_000_000);
  await behind.bringToFront();
  await until(behind, () => video.currentTime > 0);
  await pictures(behind, 10);
  await until(behind, () => viewing.stats().latency < 1500);
});
