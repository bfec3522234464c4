// Pictures that say which one they are and when they were drawn.

import { BITS_PER_ROW, encode } from "./barcode.js";

export const WIDTH = 640;
export const HEIGHT = 360;
const CELL = WIDTH / BITS_PER_ROW;
const ROWS = 4;
export const CODE_HEIGHT = ROWS * CELL;

export function newCanvas(width = WIDTH, height = HEIGHT) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  return { canvas, context: canvas.getContext("2d", { alpha: false }) };
}

/** Draws a frame as large as its canvas, below its bar code something that moves, so that it is a video and not a still. */
export function drawFrame(context, { number, time }, drawMore = () => {}) {
  context.setTransform(context.canvas.width / WIDTH, 0, 0, context.canvas.height / HEIGHT, 0, 0);
  context.fillStyle = `hsl(${number % 360} 60% 50%)`;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  drawMore(context);
  encode({ number, time }).forEach((bit, i) => {
    context.fillStyle = bit ? "white" : "black";
    context.fillRect((i % BITS_PER_ROW) * CELL, Math.floor(i / BITS_PER_ROW) * CELL, CELL, CELL);
  });
}
