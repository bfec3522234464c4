// Reads the bar codes (pages/barcode.js) in the small pictures that a viewer shows.

import { BITS_PER_ROW, decode } from "../pages/barcode.js";
import { WIDTH } from "./match.mjs";

const CELL = WIDTH / BITS_PER_ROW;
const ROWS = 4;

/**
 * Each picture with its frame's `number`, the `time` when it was drawn, and its `latency`: from drawing to showing, in ms.
 * A picture without a readable bar code is an error, or skipped.
 */
export function readBarcodes(pictures, { skip = false } = {}) {
  return pictures.flatMap(({ luma, at }, index) => {
    const code = decode(bits(luma));
    if (code) return { at, number: code.number, time: code.time, latency: (at % 2 ** 32) - code.time };
    if (skip) return [];
    throw new Error(`picture ${index} of ${pictures.length} has no readable bar code`);
  });
}

/** The middle of each cell, where the codec leaves black black. */
export function bits(luma) {
  return Array.from({ length: ROWS * BITS_PER_ROW }, (_, i) => {
    const left = (i % BITS_PER_ROW) * CELL + 1;
    const top = Math.floor(i / BITS_PER_ROW) * CELL + 1;
    const middle = [0, 1, WIDTH, WIDTH + 1].map((offset) => luma[top * WIDTH + left + offset]);
    return middle.reduce((sum, value) => sum + value) > 4 * 128 ? 1 : 0;
  });
}

/** Pictures whose frame is older than one that was shown before. */
export function stepsBack(shown) {
  return shown.flatMap(({ number }, i) => (i > 0 && number < shown[i - 1].number ? [`${shown[i - 1].number} then ${number}`] : []));
}

/**
 * The longest step from one picture to the next, in ms: how long a picture was shown, or by their `time` how much was never shown.
 */
export const longest = (shown, what = "at") => Math.max(0, ...shown.slice(1).map((picture, i) => picture[what] - shown[i][what]));

export function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
