// A frame that says which one it is and when it was drawn: 64 black or white cells in four rows, pure on both sides.
// The page draws them; the tests read them in the small pictures that a viewer shows.

export const BITS_PER_ROW = 16;

/** How many bits each field takes; the time is that of the wall clock, modulo 2^32 ms. */
const FIELDS = { number: 24, time: 32, check: 8 };

export function encode({ number, time }) {
  const values = { number, time: time % 2 ** 32, check: checksum(number, time % 2 ** 32) };
  return Object.entries(FIELDS).flatMap(([name, length]) =>
    Array.from({ length }, (_, i) => Math.floor(values[name] / 2 ** (length - 1 - i)) % 2),
  );
}

/** The number and the time, or null where there is no bar code or a damaged one. */
export function decode(bits) {
  let at = 0;
  const read = (length) => bits.slice(at, (at += length)).reduce((value, bit) => value * 2 + bit, 0);
  const number = read(FIELDS.number);
  const time = read(FIELDS.time);
  return read(FIELDS.check) === checksum(number, time) ? { number, time } : null;
}

/** Never 0 for an all-black picture. */
const checksum = (number, time) => (number * 31 + (time % 65521) * 17 + 201) % 251;
