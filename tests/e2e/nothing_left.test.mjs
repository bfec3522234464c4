import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { counters } from "./harness/counters.js";
import { shortOrLong } from "./harness/length.mjs";
import { openBare, relayFor, until } from "./harness/pages.mjs";

const ROUNDS = shortOrLong(15, 50);
const NOTHING = { sockets: 0, recorders: 0, workers: 0, sources: 0, decoders: 0, contexts: 0, urls: 0, timers: 0, listeners: 0 };

test(`after ${ROUNDS} rounds of start and stop nothing is left`, { timeout: 240_000 }, async (t) => {
  const relay = await relayFor(t);
  const page = await openBare(await launchChromium(t), relay, { inject: [counters] });
  await page.evaluate(async () => (window.stream = await sources.camera()));

  for (let round = 0; round < ROUNDS; round++) {
    const mode = ["mse", "glue", "realtime"][round % 3];
    const during = await page.evaluate(oneRound, mode);
    assert.equal(during.sockets, 4, `round ${round}: two sockets each`);
    assert.equal(during.workers, 1, "the recording's timers");
    assert.equal(during.sources, mode === "mse" ? 1 : 0);
    assert.ok(mode === "realtime" ? during.decoders >= 1 : during.decoders === 0, `${during.decoders} decoders`); // the sound's once the AudioContext runs
    assert.equal(during.contexts, mode === "realtime" ? 1 : 0);
    assert.ok(during.recorders >= 1 && during.urls >= (mode === "realtime" ? 0 : 1) && during.listeners >= 1, JSON.stringify(during));
  }

  const empty = () => Object.values(counts()).every((count) => count === 0);
  await until(page, empty).catch(() => {}); // sockets close after a round trip
  assert.deepEqual(await page.evaluate(() => counts()), NOTHING);
});

/** Runs in the page: both sides start, a picture is seen, both stop. */
async function oneRound(mode) {
  const recording = await startRecording(window.stream, here());
  const picture = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  const viewing = await startViewing(video, here({ mode }));
  await picture;
  const during = counts();
  await viewing.stop();
  await recording.stop();
  return during;
}
