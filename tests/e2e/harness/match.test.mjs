import assert from "node:assert/strict";
import { before, test } from "node:test";
import { frames } from "./clip.mjs";
import { compare, nearest, psnr } from "./match.mjs";

let clip, other;
before(async () => {
  clip = await frames("cockatoo");
  other = await frames("hello");
});

/** What a camera at 30 fps shows of a clip of 20, with the noise of a lossy codec, from any frame on. */
const filmed = (from, count = 100) =>
  Array.from({ length: count }, (_, i) => noisy(clip[(from + Math.floor((i * 20) / 30)) % clip.length], i));

const noisy = (picture, seed) => picture.map((luma, i) => Math.min(255, Math.max(0, luma + (((i * 7 + seed * 13) % 11) - 5))));

const shuffled = (pictures) => pictures.map((_, i) => pictures[(i * 37) % pictures.length]);

test("a clip is itself, from any frame on and over its end", () => {
  for (const from of [0, 100, 250]) assert.ok(compare(filmed(from), clip).ok);
});

test("a frame is nearest to itself", () => {
  assert.equal(psnr(clip[3], clip[3]), Infinity);
  assert.equal(nearest(noisy(clip[3], 1), clip).index, 3);
});

test("another clip does not match", () => {
  const verdict = compare(filmed(0), other);
  assert.equal(verdict.ok, false);
  assert.equal(verdict.near, 0);
});

test("shuffled pictures are near, but not in order", () => {
  const verdict = compare(shuffled(filmed(0)), clip);
  assert.ok(verdict.near >= 95);
  assert.equal(verdict.ok, false);
});

test("pictures in reverse do not match", () => {
  assert.equal(compare(filmed(0).reverse(), clip).ok, false);
});

test("a jump back that repeats a second costs the pictures that it repeats", () => {
  const verdict = compare([...filmed(0, 60), ...filmed(20, 40)], clip);
  assert.equal(verdict.ok, false);
  assert.ok(verdict.inOrder <= 80, `${verdict.inOrder} in order`);
});

test("a picture that stands still does not match", () => {
  assert.equal(compare(Array(100).fill(clip[7]), clip).ok, false);
});

test("five bad pictures in a hundred pass, six do not", () => {
  const spoilt = (count) => filmed(0).map((picture, i) => (i % 16 === 8 && i / 16 < count ? other[0] : picture));
  assert.equal(compare(spoilt(5), clip).ok, true);
  assert.equal(compare(spoilt(6), clip).ok, false);
});

test("no pictures at all do not match", () => {
  assert.equal(compare([], clip).ok, false);
});
