// Films with known faults: the judge must find these and no others.

import assert from "node:assert/strict";
import { test } from "node:test";
import { figuresOf, lineOf, middle } from "./judge.mjs";
import { markdown } from "./table.mjs";

const START = 2 ** 40; // any moment; bar codes have it modulo 2^32
const FRAME = 1000 / 30;
const SECONDS = 30;
const LATENCY = 200;

const frames = Array.from({ length: SECONDS * 30 }, (_, number) => ({ number, time: START + number * FRAME }));

/** Animation frames at 60 Hz, in each of which the newest of these pictures is on the page that was drawn so many ms ago or longer. */
function refreshes(pictures, latency) {
  let presented = 0;
  return Array.from({ length: SECONDS * 60 }, (_, i) => {
    const at = START + (i * FRAME) / 2;
    while (pictures[presented] && pictures[presented].time + latency <= at + 0.01) presented++;
    const { number, time } = pictures[presented - 1] ?? { number: null, time: 0 };
    return { at, number, time: time % 2 ** 32, surface: 1, picture: number, presented };
  });
}

/** A round whose viewer showed these of the frames. */
const roundOf = (pictures, latency = LATENCY) => ({
  film: { drawn: frames, rows: refreshes(pictures, latency), from: START + 1000, to: START + (SECONDS - 1) * 1000 },
  joins: [{ ms: 300, age: 100, loaded: 1024 }],
  cost: { cpu: { publisher: 200, viewer: 100, server: 5 }, up: 1000, down: 2000 },
});

const near = (value, expected, by = 1) => assert.ok(Math.abs(value - expected) <= by, `${value} is not ${expected}`);

test("a viewer that shows every picture loses none, and is as late as it is", () => {
  const { p50, p95, lost, freeze, up, down } = figuresOf(roundOf(frames));
  near(p50, LATENCY);
  near(p95, LATENCY);
  assert.equal(lost, 0);
  near(freeze, FRAME);
  assert.deepEqual([up, down], [8000, 16_000]);
});

test("pictures left out at each restart are counted, and the wait for the next is the freeze", () => {
  const left = 6;
  const everyTwoSeconds = frames.filter(({ number }) => number % 60 >= left);
  const { lost, freeze } = figuresOf(roundOf(everyTwoSeconds));
  near(lost, left * 30, left); // a restart may lie on the edge
  near(freeze, (left + 1) * FRAME);
});

test("a viewer that stands still has not lost nothing", () => {
  const { lost, freeze } = figuresOf(roundOf(frames.slice(0, frames.length / 2)));
  const standing = SECONDS / 2 - 1 - LATENCY / 1000;
  near(lost, (standing * 30 * 60) / (SECONDS - 2), 4);
  near(freeze, (SECONDS / 2 - 1) * 1000 - LATENCY, 2 * FRAME);
});

test("a viewer that shows nothing has lost all and has no latency", () => {
  const { p50, lost, freeze } = figuresOf(roundOf([]));
  assert.ok(Number.isNaN(p50));
  near(lost, 1800, 2);
  assert.equal(freeze, (SECONDS - 2) * 1000);
});

test("a line is the middle of its rounds, of an even number between the two, and a round without a picture does not count as one without delay", () => {
  assert.equal(middle([5, 1, 9]), 5);
  assert.equal(middle([1, 9, 3, 5]), 4);
  assert.equal(middle([null, 4]), 4);
  assert.ok(Number.isNaN(middle([])));
  const rounds = [100, 300, 200].map((latency) => figuresOf(roundOf(frames, latency)));
  rounds[0].joins = [1, 2, 3, 4].map((ms) => ({ ms, age: 0, loaded: 0 }));
  near(lineOf(rounds).p50, 200);
  assert.equal(lineOf(rounds).join.count, 6);
});

test("the table has a line for each that was measured, and none for the others", () => {
  const rounds = [{ contender: "one", ...figuresOf(roundOf(frames)) }];
  const text = markdown({ rounds, weights: { one: 2048 } }, { one: "the first", two: "the second" });
  assert.match(text, /\| the first \| 200, 200 ms \| 300, 100 ms \| 1 KB \| 0\/min \| 33 ms \| 0\.01, 0\.02 Mbit\/s \| 20, 10, 1 % \| 2\.0 KB \|/);
  assert.doesNotMatch(text, /the second/);
});
