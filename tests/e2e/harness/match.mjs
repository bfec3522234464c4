// Is what a viewer shows the clip that was broadcast? Pure: pictures in, verdict out.
//
// A picture is 64x36 bytes of luma. It matches when its nearest frame of the clip is near enough; matching pictures must
// also come in clip order. Order is a chain: from one picture to the next the clip goes forward by at most half a second for each
// picture between them (the camera plays the clip in a loop, so "forward" is modulo its length; a frame may be shown twice).
// What does not fit into the longest chain does not count.

export const WIDTH = 64;
export const HEIGHT = 36;
const SIZE = WIDTH * HEIGHT;

/** Decibels at which a picture is that frame. Two neighbouring frames of a clip with motion are about as far apart. */
const NEAR = 24;
/** Frames of the clip (20 a second) by which one picture may be ahead of the one before. */
const STEP = 10;
/** The share of pictures that must be in the chain. */
const SHARE = 0.95;
/** A stream that plays goes on: at least this many frames of the clip for each picture, on average. */
const PACE = 0.25;

/** Raw bytes as pictures. */
export function split(bytes) {
  return Array.from({ length: bytes.length / SIZE }, (_, i) => bytes.subarray(i * SIZE, (i + 1) * SIZE));
}

/** How alike two pictures are, in dB. */
export function psnr(a, b) {
  let sum = 0;
  for (let i = 0; i < SIZE; i++) sum += (a[i] - b[i]) ** 2;
  return 10 * Math.log10((255 ** 2 * SIZE) / sum);
}

/** The frame of the clip that a picture looks most like. */
export function nearest(picture, clip) {
  return clip.reduce(
    (best, frame, index) => {
      const db = psnr(picture, frame);
      return db > best.db ? { index, db } : best;
    },
    { index: -1, db: -Infinity },
  );
}

/** Compares pictures with a clip: `ok`, and the figures that say why. */
export function compare(pictures, clip) {
  const found = pictures.map((picture) => nearest(picture, clip));
  const near = found.flatMap(({ index, db }, at) => (db >= NEAR ? [{ index, at }] : []));
  const { length, advance } = longestChain(near, clip.length);
  const ok = pictures.length > 0 && length >= SHARE * pictures.length && advance >= PACE * length;
  const median = found.map(({ db }) => db).sort((a, b) => a - b)[found.length >> 1];
  return { ok, pictures: pictures.length, near: near.length, inOrder: length, advance, median };
}

/** The longest chain through the matches, and how far it goes through the clip. */
function longestChain(matches, loop) {
  const chains = [];
  for (const { index, at } of matches) {
    let best = { index, at, length: 1, advance: 0 };
    for (const before of chains) {
      const step = (index - before.index + loop) % loop;
      if (step <= STEP * (at - before.at) && before.length >= best.length) {
        best = { index, at, length: before.length + 1, advance: before.advance + step };
      }
    }
    chains.push(best);
  }
  return chains.reduce((a, b) => (b.length > a.length ? b : a), { length: 0, advance: 0 });
}
