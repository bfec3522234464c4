// Films what the page really shows: in every animation frame, the number and the time in the bar code of what lies on top.
//
// Why not by requestVideoFrameCallback: Firefox 153 leaves out one callback in six, with nothing else to do, though it presents the
// pictures; and a video under a poster, or the lower one of two, is not what a viewer sees. Its count of presented pictures is kept
// all the same: it tells of those that came and went while the page was too busy for an animation frame.

import { BITS_PER_ROW, decode } from "./barcode.js";
import { CODE_HEIGHT, HEIGHT } from "./frames.js";
import { wallClock } from "./wall_clock.js";

const ROWS = 4;

/**
 * Films the place where `anchor` is until `stop()`. Each row is one animation frame: `at` (the wall clock, in ms), the `number` and `time` of
 * the bar code (null where there is none), `surface` (a number for each element), `picture` (a time stamp that tells two presentations of
 * the same frame apart, where the browser has one) and `presented` (how many pictures the video has shown in all).
 */
export function film(anchor) {
  const wall = wallClock();
  const rows = [];
  const surfaces = new Surfaces();
  let running = true;
  requestAnimationFrame(function take(now) {
    if (!running) return;
    requestAnimationFrame(take);
    const surface = surfaces.topmost(anchor);
    const row = { at: wall(now), surface: surface?.id ?? 0, number: null, time: null, picture: null, presented: surface?.presented ?? 0 };
    rows.push(row);
    surface?.read(row);
  });
  return { rows, stop: () => (running = false) };
}

/** The elements that can show a picture, as they come and go. */
class Surfaces {
  #known = new Map();

  /** What a viewer sees at the middle of `anchor`. */
  topmost(anchor) {
    const { left, right, top, bottom } = anchor.getBoundingClientRect();
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    const candidates = [...document.querySelectorAll("video, canvas")].filter((element) => {
      const box = element.getBoundingClientRect();
      const inside = box.left <= x && x < box.right && box.top <= y && y < box.bottom;
      // A standby that waits is there, and next to transparent.
      const isOpaque = Number(getComputedStyle(element).opacity) > 0.5;
      return inside && isOpaque && element.checkVisibility({ visibilityProperty: true });
    });
    // Not elementsFromPoint: it passes over what does not take pointer events. Here all are siblings; of equals the last one is on top.
    const height = (element) => {
      const { zIndex, position } = getComputedStyle(element);
      return position === "static" ? -0.5 : Number(zIndex) || 0;
    };
    const highest = candidates.length > 1 ? candidates.reduce((a, b) => (height(b) >= height(a) ? b : a)) : candidates[0];
    return highest && this.#surface(highest);
  }

  #surface(element) {
    if (!this.#known.has(element)) this.#known.set(element, new Surface(element, this.#known.size + 1));
    return this.#known.get(element);
  }
}

class Surface {
  presented = 0;
  #last = {};

  constructor(element, id) {
    this.id = id;
    this.element = element;
    if (element instanceof HTMLVideoElement) {
      const count = (_, { presentedFrames }) => {
        this.presented = presentedFrames;
        element.requestVideoFrameCallback(count);
      };
      element.requestVideoFrameCallback(count);
    }
  }

  /** Reads the bar code into the row, now or a moment later. */
  read(row) {
    if (!readsPlanes || this.element instanceof HTMLCanvasElement) Object.assign(row, readByDrawing(this.element));
    else this.#readPlane(row);
  }

  /** Chromium gives the picture as it was decoded: to read its luma takes a sixth of the time that drawing takes. */
  #readPlane(row) {
    const frame = frameOf(this.element);
    if (!frame) return;
    row.picture = frame.timestamp;
    const src = this.element.srcObject ?? this.element.src;
    if (this.#last.src === src && this.#last.picture === row.picture) {
      frame.close();
      this.#last.code.then((code) => Object.assign(row, code));
      return;
    }
    const code = lumaOf(frame).then(codeIn);
    this.#last = { src, picture: row.picture, code };
    code.then((code) => Object.assign(row, code));
  }
}

/** Firefox converts every picture to RGB and gives none of them its time stamp: there, drawing is cheaper. */
const readsPlanes = "VideoFrame" in window && !navigator.userAgent.includes("Firefox");

/** Its readyState is not asked: Chromium's video may show its first picture one animation frame before it says so. */
function frameOf(video) {
  try {
    return new VideoFrame(video);
  } catch {
    return null;
  }
}

/** The luma of the middle of each cell; bar codes are in the upper part of a picture. */
async function lumaOf(frame) {
  const { x, y, width } = frame.visibleRect;
  const cell = width / BITS_PER_ROW;
  const rect = { x, y, width, height: ROWS * cell };
  const bytes = new Uint8Array(frame.allocationSize({ rect }));
  const [{ offset, stride }] = await frame.copyTo(bytes, { rect });
  const step = frame.format.startsWith("I420") || frame.format === "NV12" ? 1 : 4;
  frame.close();
  return cells((column, row) => bytes[offset + Math.floor((row + 0.5) * cell) * stride + Math.floor((column + 0.5) * cell) * step]);
}

const small = new OffscreenCanvas(BITS_PER_ROW, ROWS).getContext("2d", { willReadFrequently: true, alpha: false });
small.imageSmoothingEnabled = false; // takes the middle of each cell, where the codec leaves black black

/** Reads what can be drawn; `box` is where the picture lies in it, if not everywhere. */
export function readByDrawing(image, box = wholeOf(image)) {
  small.fillRect(0, 0, BITS_PER_ROW, ROWS);
  const height = (box.height * CODE_HEIGHT) / HEIGHT;
  small.drawImage(image, box.x, box.y, box.width, height, 0, 0, BITS_PER_ROW, ROWS);
  const { data } = small.getImageData(0, 0, BITS_PER_ROW, ROWS);
  return codeIn(Array.from({ length: ROWS * BITS_PER_ROW }, (_, i) => data[i * 4 + 1]));
}

const wholeOf = ({ videoWidth, videoHeight, width, height }) => ({ x: 0, y: 0, width: videoWidth ?? width, height: videoHeight ?? height });

const cells = (read) => Array.from({ length: ROWS * BITS_PER_ROW }, (_, i) => read(i % BITS_PER_ROW, Math.floor(i / BITS_PER_ROW)));

const codeIn = (values) => decode(values.map((value) => (value > 128 ? 1 : 0))) ?? {};
