// Where the sound of pages/sweep.js, recorded by a viewer, was away, left something out or came again. Pure.
//
// - Dropouts: the loudness of the tone, in steps of 1 ms, is under half of what it mostly is.
// - Jumps: the chirp's pitch says which moment of its second is heard. The difference to the time that goes by changes at once where
//   something is left out (up) or repeated (down). A codec blurs: jumps under RESOLUTION are not seen. While a player
//   plays faster or slower it leaves out or repeats grains of about 20 ms, blended so that nobody hears it; there, only jumps beyond GRAIN count.

import { CHIRP, TONE } from "../e2e/pages/sweep.js";

/** The smallest jump that is told from noise, in ms. Calibrated on runs without restarts. */
export const RESOLUTION = 12;
/** The same while the player's rate is not 1. */
const GRAIN = 40;
/** A player's rate differs from 1 by no more than this. */
const RATE = 0.06;
/** The pitch is read every `HOP` ms in `WINDOW` ms of sound, and is good when this part of the loudness is at that pitch. */
const HOP = 10;
const WINDOW = 20;
const PURE = 0.5;
/** The chirp is looked for in so many Hz around its middle; the tone lies outside. */
const BAND = 6000;
/** A jump is between so many readings before it and after it; the two nearest on each side are passed over, since they see both. */
const READINGS = 6;
const BLURRED = 2;
/** A dropout and a jump this near, in ms, are one break. */
const NEAR = 150;

/**
 * What is broken: from `at` to `end` (ms from the beginning), and how many `ms` of it. A stop that is made up for by nothing is both silent and late: it
 * counts once. For `isStretched` see `jumps`.
 */
export function breaksIn(samples, sampleRate, isStretched) {
  const found = [...dropouts(samples, sampleRate), ...jumps(samples, sampleRate, isStretched)].sort((a, b) => a.at - b.at);
  const breaks = [];
  for (const { at, silent = 0, jump = 0 } of found) {
    const last = breaks.at(-1);
    if (last && at - last.end < NEAR) {
      last.silent += silent;
      last.jump += Math.abs(jump);
      last.end = Math.max(last.end, at + silent);
    } else breaks.push({ at, end: at + silent, silent, jump: Math.abs(jump) });
  }
  return breaks.map(({ at, end, silent, jump }) => ({ at, end, silent, jump, ms: Math.max(silent, jump) }));
}

/** Silences, in ms: `{ at, silent }`. */
export function dropouts(samples, sampleRate) {
  const step = sampleRate / 1000;
  const levels = Array.from({ length: Math.floor(samples.length / step) }, (_, i) => {
    const [from, to] = [Math.round(i * step), Math.round((i + 1) * step)];
    let [re, im] = [0, 0];
    for (let n = from; n < to; n++) {
      re += samples[n] * Math.cos((2 * Math.PI * TONE * n) / sampleRate);
      im += samples[n] * Math.sin((2 * Math.PI * TONE * n) / sampleRate);
    }
    return Math.hypot(re, im);
  });
  // The median of a sound that is silent for most of the time would be silence.
  const half = levels.toSorted((a, b) => a - b)[Math.floor(levels.length * 0.9)] / 2;
  const found = [];
  levels.forEach((level, at) => {
    if (level >= half && half > 0) return;
    const last = found.at(-1);
    if (last && last.at + last.silent === at) last.silent++;
    else found.push({ at, silent: 1 });
  });
  return found;
}

/**
 * Where the sound's own time jumps, in ms: `{ at, jump }`, positive where something was left out. `isStretched` tells whether the player's rate was
 * not 1 at a time.
 */
export function jumps(samples, sampleRate, isStretched = () => false) {
  const readings = timeline(samples, sampleRate);
  const found = [];
  const reach = READINGS + BLURRED;
  for (let i = reach; i + reach < readings.length; i++) {
    const before = readings.slice(i - reach, i - BLURRED);
    const after = readings.slice(i + BLURRED, i + reach);
    const jump = wrap(middle(after) - middle(before));
    const drift = RATE * (after[0].at - before.at(-1).at);
    if (Math.abs(jump) < (isStretched(readings[i].at) ? GRAIN : RESOLUTION) + drift) continue;
    const here = { at: readings[i].at, jump, index: i };
    const last = found.at(-1);
    if (!last || i - last.index > reach) found.push(here); // another one, however long the silence between them
    else if (Math.abs(jump) > Math.abs(last.jump)) found[found.length - 1] = here;
    else last.index = i;
  }
  return found.map(({ at, jump }) => ({ at, jump }));
}

/** How far the sound is ahead of the time that goes by, modulo a second, in ms: `{ at, ahead }`, where the pitch can be read. */
export function timeline(samples, sampleRate) {
  const pitch = chirpReader(sampleRate);
  const readings = [];
  for (let at = 0; ((at + WINDOW) * sampleRate) / 1000 <= samples.length; at += HOP) {
    const hertz = pitch(samples, Math.round((at * sampleRate) / 1000));
    if (hertz === null) continue;
    const moment = ((hertz - CHIRP.from) / (CHIRP.to - CHIRP.from)) * 1000;
    readings.push({ at, ahead: wrap(moment - at) });
  }
  return readings;
}

/** Modulo a second, to ±500 ms. */
export const wrap = (ms) => ((((ms + 500) % 1000) + 1000) % 1000) - 500;

/** The median of readings that may lie around the turn of the second. */
function middle(readings) {
  const base = readings[0].ahead;
  const sorted = readings.map(({ ahead }) => wrap(ahead - base)).sort((a, b) => a - b);
  return base + sorted[sorted.length >> 1];
}

/**
 * Reads the chirp's pitch at the beginning of a window, in Hz; null where it is not clear. The window is multiplied by a chirp that falls as this one
 * rises, which leaves a steady pitch, and that is where a Fourier transform has its peak.
 */
function chirpReader(sampleRate) {
  const center = (CHIRP.from + CHIRP.to) / 2;
  const every = Math.round(sampleRate / BAND);
  const count = Math.floor((WINDOW * sampleRate) / 1000 / every);
  const length = count * every;
  const down = Array.from({ length }, (_, n) => {
    const t = n / sampleRate;
    const angle = -2 * Math.PI * (center * t + ((CHIRP.to - CHIRP.from) / 2) * t * t);
    return [Math.cos(angle), Math.sin(angle)];
  });
  const stepHz = sampleRate / every / count / 4;
  const bins = Math.ceil((CHIRP.to - CHIRP.from) / 2 / stepHz) + 2;
  const angles = Array.from({ length: 4 * count }, (_, i) => (2 * Math.PI * i) / (4 * count));
  const [cos, sin] = [angles.map(Math.cos), angles.map(Math.sin)];

  return (samples, from) => {
    const re = new Float64Array(count);
    const im = new Float64Array(count);
    let power = 0;
    for (let k = 0; k < count; k++) {
      for (let n = k * every; n < (k + 1) * every; n++) {
        re[k] += samples[from + n] * down[n][0];
        im[k] += samples[from + n] * down[n][1];
      }
      power += re[k] ** 2 + im[k] ** 2;
    }
    const at = (bin) => {
      let [a, b] = [0, 0];
      for (let k = 0; k < count; k++) {
        const angle = (((k * bin) % (4 * count)) + 4 * count) % (4 * count);
        a += re[k] * cos[angle] + im[k] * sin[angle];
        b += im[k] * cos[angle] - re[k] * sin[angle];
      }
      return a * a + b * b;
    };
    let [best, peak] = [0, -1];
    for (let bin = -bins; bin <= bins; bin++) {
      const value = at(bin);
      if (value > peak) [best, peak] = [bin, value];
    }
    if (!(power > 0) || peak / count / power < PURE) return null;
    const [left, right] = [Math.sqrt(at(best - 1)), Math.sqrt(at(best + 1))];
    const top = Math.sqrt(peak);
    return center + (best + (right - left) / (2 * (2 * top - left - right))) * stepHz;
  };
}
