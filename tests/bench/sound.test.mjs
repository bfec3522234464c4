import assert from "node:assert/strict";
import { test } from "node:test";
import { sweep } from "../e2e/pages/sweep.js";
import { breaksIn, dropouts, jumps, RESOLUTION } from "./sound.mjs";

const RATE = 48_000;
const second = sweep(RATE);
/** Four seconds of it, from anywhere in the second. */
const sound = (from = 0, ms = 4000) => Float32Array.from({ length: (RATE * ms) / 1000 }, (_, i) => second[(i + (from * RATE) / 1000) % RATE]);
const glued = (...parts) => Float32Array.from(parts.flatMap((part) => [...part]));
const near = (value, expected) => assert.ok(Math.abs(value - expected) <= 3, `${value} ms, ${expected} expected`);

test("a sound that is whole has no break, wherever it begins", () => {
  for (const from of [0, 333, 987]) assert.deepEqual(breaksIn(sound(from), RATE), []);
});

test("noise as of a codec is no break", () => {
  let seed = 1;
  const noise = () => ((seed = (seed * 48271) % 2147483647) / 2147483647 - 0.5) * 0.1;
  assert.deepEqual(breaksIn(sound().map((sample) => sample + noise()), RATE), []);
});

test("half a second of silence is told to the millisecond, and is no jump", () => {
  const muted = sound();
  muted.fill(0, RATE, 1.5 * RATE);
  assert.deepEqual(dropouts(muted, RATE), [{ at: 1000, silent: 500 }]);
  assert.deepEqual(jumps(muted, RATE), []);
  assert.deepEqual(breaksIn(muted, RATE).map(({ ms }) => ms), [500]);
});

test("silence all along is one dropout, and silence for most of the time no more than it is", () => {
  assert.deepEqual(dropouts(new Float32Array(RATE), RATE), [{ at: 0, silent: 1000 }]);
  const mostly = sound();
  mostly.fill(0, RATE, 3.5 * RATE);
  assert.deepEqual(dropouts(mostly, RATE), [{ at: 1000, silent: 2500 }]);
});

for (const ms of [20, 60, 300]) {
  test(`${ms} ms left out, or heard twice, are a jump, though the tone goes on`, () => {
    for (const sign of [1, -1]) {
      const cut = glued(sound(0, 1500), sound(1500 + sign * ms, 2500));
      assert.deepEqual(dropouts(cut, RATE).filter(({ silent }) => silent > 1), []);
      const found = jumps(cut, RATE);
      assert.equal(found.length, 1);
      near(found[0].jump, sign * ms);
      assert.ok(Math.abs(found[0].at - 1500) < 60, `at ${found[0].at} ms`);
    }
  });
}

test("a sound that stops and goes on where it stopped is one break and counts once", () => {
  const stalled = glued(sound(0, 1500), new Float32Array((RATE * 250) / 1000), sound(1500, 2500));
  const breaks = breaksIn(stalled, RATE);
  assert.equal(breaks.length, 1);
  near(breaks[0].ms, 250);
});

test("a player that hurries, at the pitch that it was, is no jump", () => {
  const grains = Array.from({ length: 40 }, (_, i) => sound((i * 105) % 1000, 100));
  assert.deepEqual(jumps(glued(...grains), RATE), []);
});

test(`a jump under ${RESOLUTION} ms is not told`, () => {
  assert.deepEqual(jumps(glued(sound(0, 1500), sound(1505, 2500)), RATE), []);
});

test("the grains of a player that hurries are no jumps, but more than that is", () => {
  const jump = (ms) => jumps(glued(sound(0, 1500), sound(1500 + ms, 2500)), RATE, (at) => at > 1000);
  assert.deepEqual(jump(25), []);
  assert.equal(jump(60).length, 1);
});
