// Messages, glued to segments as a receiver does it. Pure but for the fetching: what was recorded must be what was received,
// every piece once, and every segment ended once (docs/PROTOCOL.md, "Rules that make it whole").

import assert from "node:assert/strict";
import { blobsOf } from "./blobs.mjs";

const HEADER = 24;
const KINDS = ["blob", "chunk", "last chunk"];

/** The segments of all messages that a page has `sent` or `received`, by their numbers; the page needs traffic.js. */
export async function segmentsOf(page, direction) {
  const raw = await blobsOf(page, (direction) => window.traffic[direction].map(({ raw }) => raw), direction);
  return glue(raw.map(read));
}

export function read(raw) {
  const kind = KINDS[raw.readUInt8(1)];
  const field = raw.readUInt16LE(2);
  return {
    kind,
    cutShort: kind === "last chunk" && field === 1,
    seq: raw.readUInt32LE(4),
    segment: Number(raw.readBigUInt64LE(8)),
    body: raw.subarray(HEADER + (kind === "blob" ? field : 0)),
  };
}

/** The message that opens a segment, one that goes on with it, and the one that ends it, with nothing between unless told. */
export const begin = ({ segment, mime, body }) => Buffer.concat([header(0, mime.length, segment), Buffer.from(mime), body]);
export const goOn = ({ segment, seq, body }) => Buffer.concat([header(1, 0, segment, seq), body]);
export const end = ({ segment, seq }) => header(2, 0, segment, seq);

function header(kind, field, segment, seq = 1) {
  const header = Buffer.alloc(HEADER);
  header.writeUInt8(1, 0);
  header.writeUInt8(kind, 1);
  header.writeUInt16LE(field, 2);
  header.writeUInt32LE(seq, 4);
  header.writeBigUInt64LE(BigInt(segment), 8);
  header.writeBigUInt64LE(BigInt(segment), 16);
  return header;
}

/** Messages in the order in which they came, as a Map from number to segment. */
export function glue(messages) {
  const numbers = [...new Set(messages.map(({ segment }) => segment))].sort((a, b) => a - b);
  return new Map(numbers.map((number) => [number, glueOne(number, messages.filter(({ segment }) => segment === number))]));
}

/**
 * One segment: its `bytes`, the pieces that came `twice`, whether it was `cutShort`, and what is `wrong` with it.
 * `messages` are its own.
 */
function glueOne(number, messages) {
  const segment = { number, bytes: Buffer.alloc(0), twice: [], wrong: [], cutShort: false };
  const blobs = messages.filter(({ kind }) => kind === "blob");
  const chunks = new Map();
  for (const chunk of messages.filter(({ kind }) => kind !== "blob")) {
    const same = chunks.get(chunk.seq);
    if (same) note(segment, same, chunk);
    else chunks.set(chunk.seq, chunk);
  }
  const opening = blobs.shift();
  if (!opening) segment.wrong.push("no blob");
  else glueAll(segment, opening, blobs, chunks);
  const ends = new Set(messages.filter(({ kind }) => kind === "last chunk").map(({ seq }) => seq));
  if (ends.size !== 1) segment.wrong.push(`ended ${ends.size} times`);
  return segment;
}

function glueAll(segment, opening, blobs, chunks) {
  const parts = [opening.body];
  let next = opening.seq;
  const glued = () => Buffer.concat(parts);
  for (let ended = false; !ended; ) {
    const chunk = chunks.get(next);
    if (chunk) {
      parts.push(chunk.body);
      [ended, segment.cutShort] = [chunk.kind === "last chunk", chunk.cutShort];
      chunks.delete(next++);
      continue;
    }
    const heals = blobs.find(({ seq }) => seq > next);
    if (!heals) break;
    if (!heals.body.subarray(0, glued().length).equals(glued())) segment.wrong.push(`the blob of ${heals.seq} is no continuation`);
    parts.splice(0, parts.length, heals.body);
    blobs.splice(blobs.indexOf(heals), 1);
    next = heals.seq;
  }
  segment.bytes = glued();
  segment.twice.push(...blobs.map(({ seq }) => `blob of ${seq}`));
  for (const seq of chunks.keys()) {
    if (seq < next) segment.twice.push(`piece ${seq}, which the blob has`);
    else segment.wrong.push(`piece ${seq}, but not ${next}`);
  }
}

function note(segment, one, other) {
  segment.twice.push(`piece ${one.seq}`);
  if (one.kind !== other.kind || !one.body.equals(other.body)) segment.wrong.push(`two different pieces ${one.seq}`);
}

/** Every segment was begun by a blob, misses nothing inside, and was ended once. */
export function assertWhole(segments) {
  assert.ok(segments.size > 0, "no segment at all");
  assert.deepEqual([...segments.values()].flatMap(({ number, wrong }) => wrong.map((what) => `${number}: ${what}`)), []);
}

/** No segment was cut short. */
export function assertUncut(segments) {
  assert.deepEqual([...segments.values()].filter(({ cutShort }) => cutShort).map(({ number }) => number), []);
}

/** No piece came twice. */
export function assertOnce(segments) {
  assert.deepEqual([...segments.values()].flatMap(({ number, twice }) => twice.map((what) => `${number}: ${what}`)), []);
}

/**
 * From the first one that was received, all that was recorded was received, byte for byte, and nothing else.
 * A segment that was cut short is the beginning of what was recorded.
 */
export function assertSame(received, recorded) {
  const [first] = received.keys();
  assert.deepEqual([...received.keys()], [...recorded.keys()].filter((number) => number >= first));
  for (const [number, { bytes, cutShort }] of received) {
    const whole = recorded.get(number).bytes;
    const expected = cutShort ? whole.subarray(0, bytes.length) : whole;
    assert.ok(bytes.equals(expected), `segment ${number}: ${bytes.length} of ${whole.length} bytes, or others`);
  }
}
