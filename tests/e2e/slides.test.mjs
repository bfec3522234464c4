// A picture that stands until the next one, which comes after seconds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readBarcodes } from "./harness/barcodes.mjs";
import { launchChromium, launchFirefox } from "./harness/browser.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { logOf, openBare, record, relayFor, stateOf, untilState, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";

// Within a segment, one segment each, and in the long form after a time that is longer than a segment may be.
const SHORT = [
  { every: 1500, restartInterval: 4000, slides: 4 },
  { every: 3000, restartInterval: 1000, slides: shortOrLong(3, 4) },
];
const LONG = [...SHORT, { every: 33_000, restartInterval: 4000, slides: 2 }];

for (const { every, restartInterval, slides } of shortOrLong(SHORT, LONG)) {
  test(`a viewer sees each new slide, one every ${every / 1000} s`, { timeout: 90_000 }, async (t) => {
    const relay = await relayFor(t);
    const broadcaster = await openBare(await launchChromium(t), relay);
    const viewer = await openBare(await launchChromium(t), relay);
    await record(broadcaster, "slides", { every, restartInterval });
    await view(viewer, { mode: "mse" });
    const seen = new Map();
    while (seen.size < slides) {
      const [{ number, latency }] = readBarcodes(await pictures(viewer, 1, 60));
      if (!seen.has(number)) seen.set(number, latency);
    }
    const numbers = [...seen.keys()];
    t.diagnostic(JSON.stringify([...seen]));
    assert.deepEqual(numbers, numbers.map((_, i) => numbers[0] + i), "each slide, in order");
    const [, ...later] = seen.values();
    assert.ok(Math.max(...later) < 2900, `slides are seen after ${later.join(", ")} ms`);
    assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
  });
}

test("a recording waits for a source that gives nothing, and says so", { timeout: 60_000 }, async (t) => {
  // Firefox gives nothing of a canvas that stands still for some seconds.
  const relay = await relayFor(t);
  const page = await openBare(await launchFirefox(t), relay);
  const viewer = await openBare(await launchChromium(t), relay);
  await record(page, "slides", { every: 6000 });
  assert.equal(await stateOf(page, "recording"), "waiting");
  await view(viewer);
  assert.equal(await stateOf(viewer, "viewing"), "waiting");
  await untilState(page, "recording", "live");
  await untilState(viewer, "viewing", "live");
  assert.deepEqual((await logOf(page, "recording")).errors, []);
});
