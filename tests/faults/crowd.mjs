// A broadcaster and viewers without browsers, as fast as they can be: what they say is docs/PROTOCOL.md, what they show is nothing.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import WebSocket from "ws";
import { begin, end, goOn, read } from "../e2e/harness/segments.mjs";
import { SUBPROTOCOL } from "../e2e/harness/sockets.mjs";

const MIME = "video/webm;codecs=vp8";
/** Bytes of a piece, and pieces of a segment besides its blob and its end. */
const BODY = Buffer.alloc(2000, 7);
const CHUNKS = 6;
/** The bytes of a whole segment. */
const SEGMENT_BYTES = BODY.length * (CHUNKS + 1);

/** The blob socket and the chunk socket of a peer, not open yet. */
function connect(relay, role) {
  const session = randomUUID();
  const url = (which) => `${relay.wsUrl}/${role}/lobby/${which}?session=${session}`;
  return ["blob", "chunk"].map((which) => new WebSocket(url(which), SUBPROTOCOL, { perMessageDeflate: false }));
}

const allOpen = (sockets) => Promise.all(sockets.map((socket) => once(socket, "open")));

/** Resolves with what sends a whole segment. */
export async function broadcast(relay) {
  const sockets = connect(relay, "publish");
  const [blobs, chunks] = sockets;
  await Promise.all([allOpen(sockets), once(chunks, "message")]); // which says that it is paired
  let segment = 0;
  return {
    /** The number of the segment that was sent. */
    send() {
      segment = Math.max(segment + 1, Date.now() * 1000);
      blobs.send(begin({ segment, mime: MIME, body: BODY }));
      for (let seq = 1; seq <= CHUNKS; seq++) chunks.send(goOn({ segment, seq, body: BODY }));
      chunks.send(end({ segment, seq: CHUNKS + 1 }));
      return segment;
    },
    stop: () => sockets.forEach((socket) => socket.close(1000)),
  };
}

/** A viewer that comes, sees some segments, and goes: it checks each, and counts them. */
export class Viewer {
  /** The segments that were whole. */
  seen = 0;
  #sockets;
  #open = new Map();
  #ended = new EventEmitter();
  #newest = 0;

  static async come(relay) {
    const viewer = new Viewer();
    viewer.#sockets = connect(relay, "view");
    for (const socket of viewer.#sockets) socket.on("message", (data, isBinary) => isBinary && viewer.#take(read(data)));
    await allOpen(viewer.#sockets);
    return viewer;
  }

  /** Waits until this segment, or a later one, was whole. */
  async until(segment) {
    while (this.#newest < segment) await once(this.#ended, "end");
  }

  go() {
    for (const socket of this.#sockets) socket.close(1000);
  }

  #take({ kind, segment, seq, cutShort, body }) {
    assert.ok(!cutShort, `segment ${segment} was cut short`);
    const one = this.#open.get(segment) ?? { bytes: 0, from: null, seqs: 0, last: null };
    this.#open.set(segment, one);
    one.bytes += body.length;
    if (kind === "blob") one.from = seq;
    else one.seqs++;
    if (kind === "last chunk") one.last = seq;
    if (one.from === null || one.last === null || one.seqs < one.last - one.from + 1) return;
    assert.equal(one.bytes, SEGMENT_BYTES, `segment ${segment}`);
    assert.equal(one.seqs, one.last - one.from + 1, "each piece once");
    this.#open.delete(segment);
    this.#newest = Math.max(this.#newest, segment);
    this.seen++;
    this.#ended.emit("end");
  }
}
