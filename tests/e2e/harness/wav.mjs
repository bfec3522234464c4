// Sounds for Chromium's fake microphone, which plays a WAV file in a loop.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../../scripts/run.mjs";

const RATE = 48_000;

/** Writes a sound of so many seconds, `sample(second)` being -1 to 1. Resolves with the file's path. */
export async function wav(name, seconds, sample) {
  const samples = Int16Array.from({ length: seconds * RATE }, (_, i) => sample(i / RATE) * 32_767);
  const folder = join(root, "tests/.cache");
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${name}.wav`);
  await writeFile(file, Buffer.concat([header(samples.byteLength), new Uint8Array(samples.buffer)]));
  return file;
}

/** 16-bit mono. <http://soundfile.sapp.org/doc/WaveFormat/> */
function header(bytes) {
  const header = Buffer.from("RIFF....WAVEfmt ....................data....", "latin1");
  header.writeUInt32LE(36 + bytes, 4);
  header.writeUInt32LE(16, 16); // the format's length
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // channels
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(2 * RATE, 28); // bytes per second
  header.writeUInt16LE(2, 32); // bytes per frame
  header.writeUInt16LE(16, 34); // bits per sample
  header.writeUInt32LE(bytes, 40);
  return header;
}
