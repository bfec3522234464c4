import assert from "node:assert/strict";
import { test } from "node:test";
import { hear, QUIET, reasonFor } from "./alarm.js";

const THRESHOLD = -30;

/** When it became loud and quiet again, ms, at levels that each last for so long. */
function turns(...levels) {
  const found = [];
  let noise = QUIET;
  let now = 0;
  for (const [level, ms] of levels) {
    for (const end = now + ms; now < end; now += 100) {
      const next = hear(noise, level, THRESHOLD, now);
      if (next.isLoud !== noise.isLoud) found.push(now);
      noise = next;
    }
  }
  return found;
}

test("it is loud at the threshold, and not below it", () => {
  assert.deepEqual(turns([-50, 1000], [THRESHOLD, 1000]), [1300]);
  assert.deepEqual(turns([THRESHOLD - 0.1, 60_000]), []);
});

test("a bang is not loud, a second one after it neither", () => {
  assert.deepEqual(turns([-50, 1000], [0, 300], [-50, 200], [0, 300], [-50, 1000]), []);
});

test("it is quiet after four seconds, not between two cries", () => {
  assert.deepEqual(turns([-10, 1000], [-Infinity, 3900], [-10, 1000], [-Infinity, 10_000]), [300, 9900]);
});

test("noise about the threshold does not turn it on and off", () => {
  const sways = Array.from({ length: 100 }, (_, i) => [THRESHOLD + (i % 2 ? -5 : 1), 500]);
  assert.deepEqual(turns(...sways), [300]);
});

const heard = { state: "live", wasLive: true, isLoud: false, deafFor: 100 };

test("quiet and heard is no reason, loud is one", () => {
  assert.equal(reasonFor(heard), null);
  assert.equal(reasonFor({ ...heard, isLoud: true }), "loud");
});

test("silence is a reason when nobody listens", () => {
  assert.equal(reasonFor({ ...heard, deafFor: 5001 }), "deaf");
  assert.equal(reasonFor({ ...heard, deafFor: 5001, wasLive: false }), "deaf");
});

test("a lost link is one, after a moment in which it may come back", () => {
  assert.equal(reasonFor({ ...heard, state: "reconnecting" }), null);
  assert.equal(reasonFor({ ...heard, state: "reconnecting", deafFor: 5001 }), "reconnecting");
  for (const state of ["waiting", "ended"]) assert.equal(reasonFor({ ...heard, state }), state);
});

test("a nursery that was not there yet is none", () => {
  for (const state of ["waiting", "ended", "reconnecting"]) {
    assert.equal(reasonFor({ state, wasLive: false, isLoud: false, deafFor: 60_000 }), null);
  }
});
