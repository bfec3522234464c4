// How much later the sound is heard than the picture that belongs to it is seen. Pure.
//
// Both are compared with when they were made, by the wall clock: the picture by its bar code, the sound by the moment of its second that the chirp's
// pitch tells, and by what the source had made of it by then.

import { wrap } from "./sound.mjs";

/** The source makes its sound in bursts: what it has made is nearest to the clock at the best of the looks in this many ms. */
const LOOKS = 1000;

/**
 * For each reading of the sound (`timeline` in sound.mjs) from `start` on, how many ms the sound is behind the picture that is shown next to
 * it; less than 0 where it is ahead. `sounded` is what the source had made by when (pages/timed.js), `shown` is as film.mjs gives it.
 */
export function lipsIn(readings, start, sounded, shown) {
  const began = beginnings(sounded);
  const lips = [];
  let next = 0;
  for (const { at, ahead } of readings) {
    const now = start + at;
    while (next < shown.length && shown[next].at <= now) next++;
    const picture = shown[next - 1];
    const begin = began(now);
    if (!picture || begin === undefined) continue;
    // The sound's own moment is at + ahead, modulo a second; so is its latency.
    const behind = now - begin - (at + ahead) - picture.latency;
    lips.push({ at: now, ms: wrap(behind) });
  }
  return lips;
}

/** When the sound's beginning was, or would have been if it never stood, by the looks around a moment. */
function beginnings(sounded) {
  const best = new Map();
  for (const { at, made } of sounded) {
    const bucket = Math.floor(at / LOOKS);
    best.set(bucket, Math.min(best.get(bucket) ?? Infinity, at - made));
  }
  return (at) => best.get(Math.floor(at / LOOKS) - 1) ?? best.get(Math.floor(at / LOOKS));
}
