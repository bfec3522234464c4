// What the page sounds like, sample by sample, as a list of Blobs: 16-bit mono, and when each of them leaves for the speaker.
//
// The page captures its own tab, so nothing is put between a player and its device, whatever it plays by: an element, a stream, an AudioContext. A
// video's sound taken into an AudioContext leaves 10 to 30 ms later than the player believes, and of a stream in a video there is none there.
// Chromium only; against AudioContext.getOutputTimestamp() its time stamps are right to a millisecond.

import { wallClock } from "./wall_clock.js";

/** A Blob is made of so many ms. */
const PART = 100;
/** What was captured is kept for so many pieces, of 10 ms each, while the page is busy. */
const KEPT = 1000;
/** Pieces jitter by less than this, in ms; beyond it something was not captured. */
const JITTER = 20;

/** Listens until the page is closed. `start` is the wall clock's ms at the first sample. */
export async function listen() {
  const audio = { echoCancellation: false, autoGainControl: false, noiseSuppression: false };
  const stream = await navigator.mediaDevices.getDisplayMedia({ audio, video: true, preferCurrentTab: true });
  stream.getVideoTracks()[0].stop(); // it has to be asked for
  const { readable } = new MediaStreamTrackProcessor({ track: stream.getAudioTracks()[0], maxBufferSize: KEPT });
  const heard = { parts: [], sampleRate: NaN, start: NaN };
  collect(readable.getReader(), heard);
  return heard;
}

async function collect(reader, heard) {
  const wall = wallClock();
  let frames = 0;
  let part = [];
  for (;;) {
    const { value: data, done } = await reader.read();
    if (done) return;
    const { sampleRate, timestamp, numberOfFrames } = data;
    const samples = new Float32Array(numberOfFrames);
    data.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
    data.close();
    const at = wall(timestamp / 1000);
    if (frames === 0) Object.assign(heard, { sampleRate, start: at });
    const late = at - heard.start - (frames * 1000) / sampleRate;
    const missing = late > JITTER ? Math.round((late * sampleRate) / 1000) : 0;
    part.push(new Int16Array(missing), Int16Array.from(samples, (sample) => sample * 32767));
    frames += missing + numberOfFrames;
    if (part.length * 5 < PART) continue;
    heard.parts.push(new Blob(part));
    part = [];
  }
}
