// The figures see the faults that they are for: known holes, repeats, steps back and freezes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { blankIn, contentClock, shownIn } from "./film.mjs";
import { breaksPerRestart, growth, joinIn, neverShown, outOfOrder, quantile, rate, statedWrongly, waits } from "./figures.mjs";

const FRAME = 1000 / 30;
const LATENCY = 300;
const drawn = Array.from({ length: 900 }, (_, number) => ({ number, time: 10_000 + number * FRAME }));
const clock = contentClock(drawn);
const [from, to] = [12_000, 32_000];

/** A film at 60 Hz. `numberAt` says which frame is seen at a time; what it says else goes into the row. */
function film(numberAt, { skip = () => false } = {}) {
  const rows = [];
  for (let i = 0; i < 60 * 25; i++) {
    const at = 10_400 + (i * 1000) / 60;
    if (skip(at)) continue;
    const number = numberAt(at);
    const time = number === null ? null : drawn[number].time;
    rows.push({ at, surface: 1, number, time, picture: number, presented: Math.floor(at / FRAME) });
  }
  return rows;
}
const live = (at, latency = LATENCY) => Math.floor((at - 10_000 - latency + 1) / FRAME);
const between = (at, from, length) => at >= from && at < from + length;
const close = (value, expected, by = 20) => assert.ok(Math.abs(value - expected) <= by, `${value}, ${expected} expected`);
const freeze = (rows) => Math.max(...waits(shownIn(rows), clock, from, to).map(({ ms }) => ms));

test("a film without faults has none", () => {
  const shown = shownIn(film(live));
  assert.deepEqual(neverShown(shown), { gaps: [], frames: 0, ms: 0 });
  assert.deepEqual(outOfOrder(shown), { back: 0, repeated: 0 });
  assert.ok(freeze(film(live)) < 51);
  close(rate(shown, from, to), 30, 0.1);
  close(quantile(shown.map(({ latency }) => latency), 0.5), LATENCY);
  close(growth(shown, from, to), 0, 2);
});

test("a hole of half a second is 400 ms never shown, in 14 or 15 frames, and a freeze", () => {
  const rows = film((at) => (between(at, 20_000, 500) ? live(20_000) : live(at)));
  const lost = neverShown(shownIn(rows));
  close(lost.ms, 400, FRAME);
  close(lost.frames, 14.5, 1);
  close(lost.gaps[0].at, 20_500);
  close(freeze(rows), 500, FRAME);
});

test("a single frame that is left out is one frame and no content", () => {
  const hole = live(20_000);
  const lost = neverShown(shownIn(film((at) => (live(at) === hole ? hole - 1 : live(at)))));
  assert.deepEqual([lost.frames, lost.ms], [1, 0]);
});

test("what the page was too busy to see does not count as never shown, unless the video did not show it", () => {
  const skip = (at) => between(at, 20_000, 200);
  assert.equal(neverShown(shownIn(film(live, { skip }))).frames, 0);
  const stuck = film(live, { skip }).map((row) => ({ ...row, presented: 0 }));
  assert.ok(neverShown(shownIn(stuck)).frames >= 4);
});

test("a hiccup of the broadcaster is not the viewer's loss", () => {
  const late = drawn.map(({ number, time }) => ({ number, time: time + (number >= 300 ? 400 : 0) }));
  const rows = [299, 300, 301].map((number, i) => ({ at: late[number].time + LATENCY, number, time: late[number].time, surface: 1, picture: i, presented: i }));
  const [, wait] = [null, waits(shownIn(rows), contentClock(late), 0, rows.at(-1).at)[0]];
  close(wait.ms, 50);
});

test("a step back counts once for each picture that is older than the one before", () => {
  const rows = film((at) => live(at) - (between(at, 20_000, 300) ? 10 : 0));
  assert.deepEqual(outOfOrder(shownIn(rows)), { back: 1, repeated: 0 });
});

test("a frame shown twice is let pass; neighbours shown twice, or one shown three times, are not", () => {
  const shown = (...numbers) => numbers.map((number, i) => ({ number, again: number === numbers[i - 1] }));
  assert.equal(outOfOrder(shown(1, 2, 2, 3, 4, 4, 5)).repeated, 0);
  assert.equal(outOfOrder(shown(1, 2, 2, 3, 3, 4)).repeated, 2);
  assert.equal(outOfOrder(shown(1, 2, 2, 2, 3)).repeated, 2);
  assert.equal(outOfOrder(shown(1, 2, 1, 2, 3)).back, 1);
});

test("a picture that drawing gives a refresh too early is no step back; an older one than before is", () => {
  const shown = (numbers, drawn) => numbers.map((number, i) => ({ number, drawn, at: (i * 1000) / 60 }));
  assert.equal(outOfOrder(shown([1, 2, 4, 3, 5, 4, 6], true)).back, 0);
  assert.equal(outOfOrder(shown([1, 2, 4, 3, 5, 4, 6], false)).back, 2);
  assert.equal(outOfOrder(shown([3, 4, 2, 3, 4], true)).back, 1);
});

test("the same frame as a new picture is a repetition; on another element, as under a poster, it is not", () => {
  const row = (picture, surface) => ({ at: 0, number: 7, time: 0, surface, picture, presented: 0 });
  assert.deepEqual(shownIn([row(1, 1), row(1, 1), row(2, 1)]).map(({ again }) => again), [false, true]);
  assert.equal(shownIn([row(1, 1), row(null, 2), row(2, 3)]).length, 1);
});

test("pages without a bar code are blank, once there was one", () => {
  const rows = film((at) => (at < 10_600 || between(at, 20_000, 50) ? null : live(at)));
  assert.equal(blankIn(rows), 3);
});

test("a picture that stands at the end of the run is a freeze", () => {
  close(freeze(film((at) => live(Math.min(at, to - 700)))), 700, FRAME);
});

test("latency that grows by 100 ms is seen", () => {
  const rows = film((at) => live(at, LATENCY + ((at - from) / (to - from)) * 200));
  close(growth(shownIn(rows), from, to), 100);
});

test("a viewing has joined with the first picture that is nearly as late as all later ones", () => {
  const late = (by) => shownIn(film((at) => live(at, at < 11_000 ? LATENCY + by : LATENCY), { skip: (at) => at < 10_600 }));
  const { ms, steady } = joinIn(late(100), 10_000, 14_000, 17_000);
  close(ms, 600);
  close(steady, LATENCY);
  close(joinIn(late(200), 10_000, 14_000, 17_000).ms, 1000);
  assert.equal(joinIn([], 10_000, 14_000, 17_000).ms, Infinity);
});

test("a stated latency is compared with the picture on the page", () => {
  const shown = shownIn(film(live));
  close(statedWrongly([15_000, 16_000, 17_000].map((at) => ({ at, latency: LATENCY + 70 })), shown), 70);
  assert.ok(Number.isNaN(statedWrongly([{ at: 15_000, latency: null }], shown)));
});

test("breaks belong to the restart that they are at", () => {
  const breaks = [{ at: 1900, ms: 10 }, { at: 2900, ms: 20 }, { at: 4100, ms: 15 }];
  assert.deepEqual(breaksPerRestart(breaks, [2000, 4000, 6000]), { mean: 15, worst: 30 });
});
