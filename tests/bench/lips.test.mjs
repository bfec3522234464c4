// Lips are read from what a viewer heard, what it showed, and what the source had made.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sweep } from "../e2e/pages/sweep.js";
import { quantile } from "./figures.mjs";
import { lipsIn } from "./lips.mjs";
import { timeline } from "./sound.mjs";

const RATE = 44_100;
const second = sweep(RATE);
/** The source's sound began then, in ms of the wall clock, and makes its sound 10 ms at a time. */
const BEGAN = 50_037;
const START = 60_000;
const sounded = Array.from({ length: 500 }, (_, i) => ({ at: 58_000 + i * 20.3, made: Math.floor((58_000 + i * 20.3 - BEGAN) / 10) * 10 }));

/** Four seconds of what is heard from START on, so late. */
const heard = (latency) => Float32Array.from({ length: 4 * RATE }, (_, i) => second[(i + Math.round(((START - BEGAN - latency) * RATE) / 1000) + 60 * RATE) % RATE]);
const shown = (latency) => Array.from({ length: 150 }, (_, i) => ({ at: 59_500 + (i * 100) / 3, latency }));
const lips = (heard, shown, looks = sounded) => lipsIn(heard, START, looks, shown).map(({ ms }) => ms);
const near = (values, expected, by = 1) => assert.ok([0.05, 0.5, 0.95].every((part) => Math.abs(quantile(values, part) - expected) <= by), `${quantile(values, 0.5)}, ${expected} expected`);

test("sound and picture that are equally late are together, however late", () => {
  for (const latency of [40, 300, 1700]) near(lips(timeline(heard(latency), RATE), shown(latency)), 0);
});

test("sound that is late is so much behind, and less than nothing when it is ahead", () => {
  near(lips(timeline(heard(380), RATE), shown(300)), 80);
  near(lips(timeline(heard(30), RATE), shown(300)), -270);
});

test("a sound that the source itself held up is not the viewer's", () => {
  const stood = sounded.map(({ at, made }) => ({ at, made: made - 200 }));
  near(lips(timeline(heard(300 + 200), RATE), shown(300), stood), 0);
});

test("nothing is said before there is a picture", () => {
  assert.deepEqual(lips(timeline(heard(300), RATE), []), []);
});
