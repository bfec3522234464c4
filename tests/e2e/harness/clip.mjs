// A clip as a camera: what the browser's fake devices read, and the frames to compare a viewer's pictures with.

import { execFile } from "node:child_process";
import { mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isNewer, root } from "../../../scripts/run.mjs";
import { programs } from "../../../scripts/tools.mjs";
import { HEIGHT, split, WIDTH } from "./match.mjs";

const CACHE = join(root, "tests/.cache");
const SIZE = "scale=640:360";
/** The fake camera takes JPEG's luma (0 to 255) for video's (16 to 235): give it video's, which JPEG calls unofficial. */
const LIMITED_RANGE = ["-pix_fmt", "yuv420p", "-strict", "unofficial"];
const execute = promisify(execFile);

/** `{ video, audio }`: the files that Chromium's fake camera and microphone play, in a loop. */
export async function asCamera(name) {
  const video = await derive(name, "mjpeg", "-an", "-vf", `${SIZE},fps=30`, "-c:v", "mjpeg", "-q:v", "3", ...LIMITED_RANGE);
  const audio = await derive(name, "wav", "-vn", "-ac", "1", "-ar", "48000");
  return { video, audio };
}

/** The clip's own frames, as small pictures of luma. */
export async function frames(name) {
  const file = await derive(name, "gray", "-an", "-vf", `${SIZE},scale=${WIDTH}:${HEIGHT}:flags=area,format=gray`, "-f", "rawvideo");
  return split(await readFile(file));
}

async function derive(name, extension, ...args) {
  const file = join(CACHE, `${name}.${extension}`);
  if (isNewer(file, clipFile(name), fileURLToPath(import.meta.url))) return file;
  await mkdir(CACHE, { recursive: true });
  const partial = join(CACHE, `partial-${process.pid}-${name}.${extension}`); // other files of tests may want it at the same time
  await ffmpeg(name, [...args, partial]);
  await rename(partial, file); // whoever finds the file finds it whole
  return file;
}

const ffmpeg = (name, args) => execute(programs.ffmpeg(), ["-loglevel", "error", "-y", "-i", clipFile(name), ...args]);

const clipFile = (name) => join(root, `tests/clips/${name}.mp4`);
