// The frames of WebM, whatever they are wrapped in. Pure, but for what is damaged in place. Enough for the recordings of browsers
// and what becomes of them: no lacing, and sizes may be unknown.

import { createHash } from "node:crypto";

/** Elements that are looked into: Segment, Cluster, BlockGroup. What else has a size is passed over. */
const MASTERS = new Set([0x18538067, 0x1f43b675, 0xa0]);
/** To find a track: Segment, Tracks, TrackEntry. */
const TO_TRACKS = new Set([0x18538067, 0x1654ae6b, 0xae]);
const CLUSTER = 0x1f43b675;
const TIMESTAMP = 0xe7;
const TRACK_NUMBER = 0xd7;
const TRACK_TYPE = 0x83;
const PICTURES = 1;
const BLOCKS = new Set([0xa3, 0xa1]); // SimpleBlock, Block

/** Of one recording or several behind each other: each track's frames in order, each as its time and a hash of its bytes. */
export function framesOf(bytes) {
  const tracks = {};
  for (const { track, time, frame } of blocksOf(bytes)) {
    const hash = createHash("sha1").update(frame).digest("base64");
    (tracks[track] ??= []).push(`${time} ${hash}`);
  }
  return tracks;
}

/** Its blocks in order: `track`, `time` and `frame`. */
export function* blocksOf(bytes) {
  let cluster = 0;
  for (const { id, body } of elementsOf(bytes)) {
    if (id === CLUSTER) cluster = 0;
    if (id === TIMESTAMP) cluster = body.reduce((time, byte) => time * 256 + byte, 0);
    if (BLOCKS.has(id)) {
      const track = number(body, 0, { marker: false });
      yield { track: track.value, time: cluster + body.readInt16BE(track.end), frame: body.subarray(track.end + 3) };
    }
  }
}

/** The number of the track with the pictures, of a recording from its beginning. */
export function pictureTrack(bytes) {
  let track;
  for (const { id, body } of elementsOf(bytes, TO_TRACKS)) {
    if (id === TRACK_NUMBER) track = body[0];
    if (id === TRACK_TYPE && body[0] === PICTURES) return track;
  }
}

/** Overwrites the frames of a track with what no decoder takes; the bytes begin at an element's edge. */
export function damage(bytes, track) {
  for (const { id, body } of elementsOf(bytes)) {
    if (!BLOCKS.has(id)) continue;
    const place = number(body, 0, { marker: false });
    if (place.value === track) body.fill(0xff, place.end + 3);
  }
}

/** All elements, those inside others after these; `body` is a view. */
function* elementsOf(bytes, masters = MASTERS) {
  for (let at = 0; at < bytes.length; ) {
    const id = number(bytes, at, { marker: true });
    const size = number(bytes, id.end, { marker: false });
    yield { id: id.value, body: bytes.subarray(size.end, size.end + size.value) };
    at = masters.has(id.value) ? size.end : size.end + size.value;
  }
}

/** An EBML number and where it ends; an id keeps the bit that marks its length. */
function number(bytes, at, { marker }) {
  const length = Math.clz32(bytes[at]) - 23;
  let value = marker ? bytes[at] : bytes[at] & (0xff >> length);
  for (let i = 1; i < length; i++) value = value * 256 + bytes[at + i];
  return { value, end: at + length };
}
