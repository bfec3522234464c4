import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../../scripts/run.mjs";
import { damage, framesOf, pictureTrack } from "./webm.mjs";

/** An element whose size takes one byte; a Segment and a Cluster of unknown size. */
const element = (id, ...bodies) => {
  const body = Buffer.concat(bodies.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from(id, "hex"), Buffer.from([0x80 + body.length]), body]);
};
const open = (id) => Buffer.from(`${id}01ffffffffffffff`, "hex");
const block = (id, track, time, body) => element(id, [0x80 + track, time >> 8, time & 255, 0], body);

test("a frame is the same in a SimpleBlock and in a BlockGroup", () => {
  const head = [element("1a45dfa3", "head"), open("18538067"), element("1654ae6b", "tracks"), open("1f43b675"), element("e7", [1, 0])];
  const simple = Buffer.concat([...head, block("a3", 1, 5, "picture"), block("a3", 2, 7, "sound")]);
  const group = Buffer.concat([...head, block("a3", 2, 7, "sound"), element("a0", block("a1", 1, 5, "picture"), element("9b", [33]))]);
  assert.deepEqual(framesOf(simple), framesOf(group));
  assert.deepEqual(Object.entries(framesOf(simple)).map(([track, [frame]]) => [track, frame.split(" ")[0]]), [["1", "261"], ["2", "263"]]);
  const twice = Buffer.concat([simple, simple]);
  assert.deepEqual(framesOf(twice)[1], [...framesOf(simple)[1], ...framesOf(simple)[1]]);
  assert.notDeepEqual(framesOf(Buffer.concat([...head, block("a3", 1, 5, "other")]))[1], framesOf(simple)[1]);
});

test("reads what a browser records", async () => {
  const tracks = framesOf(await readFile(join(root, "container/tests/recordings/chromium-camera-vp8-opus.webm")));
  const times = Object.values(tracks).map((frames) => frames.map((frame) => Number(frame.split(" ")[0])));
  assert.equal(times.length, 2);
  for (const track of times) {
    assert.ok(track.length > 10);
    assert.deepEqual(track, track.toSorted((a, b) => a - b));
  }
});

test("only the frames of one track are damaged", () => {
  const entry = (number, type) => element("ae", element("d7", [number]), element("83", [type]));
  const recording = Buffer.concat([open("18538067"), element("1654ae6b", entry(1, 2), entry(2, 1)), open("1f43b675"), element("e7", [0])]);
  assert.equal(pictureTrack(recording), 2);
  const [picture, sound] = [block("a3", 2, 5, "picture"), block("a3", 1, 7, "sound")];
  const before = framesOf(Buffer.concat([picture, sound]));
  const message = Buffer.concat([picture, sound]);
  damage(message, 2);
  const after = framesOf(message);
  assert.deepEqual(after[1], before[1]);
  assert.notDeepEqual(after[2], before[2]);
  assert.equal(after[2][0].split(" ")[0], "5", "their times stay");
});
