// A picture and a sound that say when they were made, for the benchmark: every frame drawn is captured exactly once, and is on record.

import { drawFrame, HEIGHT, newCanvas, WIDTH } from "./frames.js";
import { sweep } from "./sweep.js";
import { wallClock } from "./wall_clock.js";

const FRAME_RATE = 30;
/** A sound begins after so many seconds, and is asked for its time every so many ms. */
const SOON = 0.1;
const LOOKING = 20;

/** The numbers of the frames drawn, with the wall clock's ms: `window.drawn`. */
const drawn = (window.drawn = []);

/**
 * 30 frames a second. They are drawn in animation frames, at 60 Hz, for two reasons: no timer of a page is as even, and two frames drawn
 * between two paints would be captured as one. So is a canvas captured at a given rate, whose clock is another one: this one is
 * captured whenever it has changed. `drawMore` as for `drawFrame`.
 */
export function timedFrames([width, height] = [WIDTH, HEIGHT], drawMore) {
  const { canvas, context } = newCanvas(width, height);
  let turn = 0;
  let number = 0;
  const draw = (now) => {
    requestAnimationFrame(draw);
    // Half an animation frame early is in time: an animation frame's clock jitters.
    const due = Math.floor(((now + 8) * FRAME_RATE) / 1000);
    if (due === turn) return;
    turn = due;
    const frame = { number: number++, time: Date.now() };
    drawFrame(context, frame, drawMore);
    drawn.push(frame);
  };
  draw(performance.now());
  return canvas.captureStream();
}

/**
 * One second of sweep.js, again and again. What of it has been made by when (`at`, the wall clock's ms; `made`, ms) is on record, and what the
 * browser says that it plays to the speaker then (`played`): `window.sounded`.
 */
export function timedSound(context = new AudioContext(), out = context.createMediaStreamDestination()) {
  context.resume();
  const buffer = context.createBuffer(1, context.sampleRate, context.sampleRate);
  buffer.copyToChannel(sweep(context.sampleRate), 0);
  const source = new AudioBufferSourceNode(context, { buffer, loop: true });
  source.connect(out);
  const begin = context.currentTime + SOON;
  source.start(begin);
  const wall = wallClock();
  const sounded = (window.sounded = []);
  const look = () => {
    const now = performance.now();
    const { contextTime, performanceTime } = context.getOutputTimestamp();
    const ms = (time) => (time - begin) * 1000;
    sounded.push({ at: wall(now), made: ms(context.currentTime), played: ms(contextTime) + now - performanceTime });
  };
  setInterval(look, LOOKING);
  return out.stream;
}
