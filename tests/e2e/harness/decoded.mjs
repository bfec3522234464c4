// What is in segments, to see and to hear: decoded by ffmpeg, each picture with when its block came.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HEIGHT, split, WIDTH } from "./match.mjs";
import { read as readMessage } from "./segments.mjs";
import { blocksOf, pictureTrack } from "./webm.mjs";

/** The bit of a VP8 frame that says to show it. */
const SHOW_FRAME = 0x10;

/** Samples a second. */
export const RATE = 48_000;

/**
 * The segments in messages, `{ raw, at }` each: their `number`, and their `pictures` and `packets` in the order of their blocks, with their
 * `time` in the segment and `at`, in ms.
 */
export function segmentsIn(messages) {
  const read = messages.map(({ raw, at }) => ({ ...readMessage(raw), at }));
  const numbers = [...new Set(read.map(({ segment }) => segment))].sort((a, b) => a - b);
  return numbers.map((number) => {
    const pieces = read.filter(({ segment }) => segment === number).sort(inOrder);
    const track = pictureTrack(pieces[0].body);
    const blocks = pieces.flatMap(({ body, at }) => Array.from(blocksOf(body), (block) => ({ ...block, at })));
    const pictures = blocks.filter((block) => block.track === track);
    const packets = blocks.filter((block) => block.track !== track);
    return { number, bytes: Buffer.concat(pieces.map(({ body }) => body)), pictures, packets };
  });
}

/** A blob and a chunk travel on two sockets. */
const inOrder = (one, other) => (other.kind === "blob") - (one.kind === "blob") || one.seq - other.seq;

/** The small pictures that a WebM shows, as `luma` each. */
export const lumasIn = (bytes) =>
  split(ffmpeg(bytes, "-map", "0:v", "-fps_mode", "passthrough", "-vf", `scale=${WIDTH}:${HEIGHT},format=gray`, "-f", "rawvideo"));

/** The pictures that a segment of VP8 shows, each with its `luma`. */
export function shownIn({ bytes, pictures }) {
  const lumas = lumasIn(bytes);
  const shown = pictures.filter(({ frame }) => frame[0] & SHOW_FRAME);
  if (lumas.length !== shown.length) throw new Error(`${lumas.length} pictures are shown of ${shown.length}`);
  return shown.map((picture, i) => ({ ...picture, luma: lumas[i] }));
}

/** The samples of a segment, as they are played end to end from its first packet on. */
export function samplesIn({ bytes }) {
  const raw = ffmpeg(bytes, "-map", "0:a", "-ac", "1", "-ar", String(RATE), "-f", "f32le");
  return new Float32Array(raw.buffer, raw.byteOffset, raw.length >> 2);
}

function ffmpeg(bytes, ...options) {
  const folder = mkdtempSync(join(tmpdir(), "blobcast-"));
  const from = join(folder, "in.webm");
  try {
    writeFileSync(from, bytes);
    return execFileSync("ffmpeg", ["-v", "error", "-i", from, ...options, "-"], { maxBuffer: 1 << 28 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
