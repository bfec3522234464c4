// The frames of WebM, whatever they are wrapped in. Pure. Enough for the recordings of browsers and what becomes of them:
// no lacing, and sizes may be unknown.

import { createHash } from "node:crypto";

/** Elements that are looked into: Segment, Cluster, BlockGroup. What else has a size is passed over. */
const MASTERS = new Set([0x18538067, 0x1f43b675, 0xa0]);
const CLUSTER = 0x1f43b675;
const TIMESTAMP = 0xe7;
const BLOCKS = new Set([0xa3, 0xa1]); // SimpleBlock, Block

/** Of one recording or several behind each other: each track's frames in order, each as its time and a hash of its bytes. */
export function framesOf(bytes) {
  const tracks = {};
  let cluster = 0;
  for (let at = 0; at < bytes.length; ) {
    const id = number(bytes, at, { marker: true });
    const size = number(bytes, id.end, { marker: false });
    const body = bytes.subarray(size.end, size.end + size.value);
    if (id.value === CLUSTER) cluster = 0;
    if (id.value === TIMESTAMP) cluster = body.reduce((time, byte) => time * 256 + byte, 0);
    if (BLOCKS.has(id.value)) {
      const track = number(body, 0, { marker: false });
      const time = cluster + body.readInt16BE(track.end);
      const hash = createHash("sha1").update(body.subarray(track.end + 3)).digest("base64");
      (tracks[track.value] ??= []).push(`${time} ${hash}`);
    }
    at = MASTERS.has(id.value) ? size.end : size.end + size.value;
  }
  return tracks;
}

/** An EBML number and where it ends; an id keeps the bit that marks its length. */
function number(bytes, at, { marker }) {
  const length = Math.clz32(bytes[at]) - 23;
  let value = marker ? bytes[at] : bytes[at] & (0xff >> length);
  for (let i = 1; i < length; i++) value = value * 256 + bytes[at + i];
  return { value, end: at + length };
}
