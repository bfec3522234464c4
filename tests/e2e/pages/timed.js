// A picture and a sound that say when they were made, for the benchmark: every frame drawn is captured exactly once, and is on record.

import { drawFrame, newCanvas } from "./frames.js";
import { sweep } from "./sweep.js";

const FRAME_RATE = 30;

/** The numbers of the frames drawn, with the wall clock's ms: `window.drawn`. */
const drawn = (window.drawn = []);

/**
 * 30 frames a second. They are drawn in animation frames, at 60 Hz, for two reasons: no timer of a page is as even, and two frames drawn
 * between two paints would be captured as one. So is a canvas captured at a given rate, whose clock is another one: this one is
 * captured whenever it has changed.
 */
export function timedFrames() {
  const { canvas, context } = newCanvas();
  let turn = 0;
  let number = 0;
  const draw = (now) => {
    requestAnimationFrame(draw);
    // Half an animation frame early is in time: an animation frame's clock jitters.
    const due = Math.floor(((now + 8) * FRAME_RATE) / 1000);
    if (due === turn) return;
    turn = due;
    const frame = { number: number++, time: Date.now() };
    drawFrame(context, frame);
    drawn.push(frame);
  };
  draw(performance.now());
  return canvas.captureStream();
}

/** One second of sweep.js, again and again. */
export function timedSound() {
  const context = new AudioContext();
  context.resume();
  const out = context.createMediaStreamDestination();
  const buffer = context.createBuffer(1, context.sampleRate, context.sampleRate);
  buffer.copyToChannel(sweep(context.sampleRate), 0);
  const source = new AudioBufferSourceNode(context, { buffer, loop: true });
  source.connect(out);
  source.start();
  return out.stream;
}
