import assert from "node:assert/strict";
import { test } from "node:test";
import { BITS_PER_ROW, decode, encode } from "../pages/barcode.js";
import { readBarcodes, stepsBack } from "./barcodes.mjs";
import { HEIGHT, WIDTH } from "./match.mjs";

const code = { number: 1_234_567, time: 3_987_654_321 };

function picture(bits) {
  const luma = new Uint8Array(WIDTH * HEIGHT);
  const cell = WIDTH / BITS_PER_ROW;
  luma.forEach((_, i) => {
    const column = Math.floor((i % WIDTH) / cell);
    const row = Math.floor(Math.floor(i / WIDTH) / cell);
    luma[i] = bits[row * BITS_PER_ROW + column] ? 230 : 20;
  });
  return luma;
}

test("a bar code says the number and the age of its frame", () => {
  const [shown] = readBarcodes([{ luma: picture(encode(code)), at: code.time + 350 }]);
  assert.deepEqual(shown, { at: code.time + 350, number: code.number, time: code.time, latency: 350 });
});

test("a damaged bar code is no bar code, whichever cell was hit", () => {
  const bits = encode(code);
  bits.forEach((bit, hit) => assert.equal(decode(bits.with(hit, 1 - bit)), null, `cell ${hit}`));
});

test("black, white and grey pictures have no bar code", () => {
  for (const value of [0, 127, 255]) {
    assert.throws(() => readBarcodes([{ luma: new Uint8Array(WIDTH * HEIGHT).fill(value), at: 0 }]), /no readable bar code/);
  }
});

test("a step back is named", () => {
  assert.deepEqual(stepsBack([1, 2, 2, 5, 4, 6].map((number) => ({ number }))), ["5 then 4"]);
});
