// What can be broadcast: each opens as a MediaStream, or throws an Error with plain words.

import { testPicture } from "./test-picture.js";
import { whyNoSource } from "./words.js";

const CAMERA = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/** `kind` is "camera", "screen" or "test". The tracks end it: stop them. */
export async function openSource(kind, sound) {
  try {
    return await openers[kind](sound);
  } catch (error) {
    throw new Error(whyNoSource(kind, error), { cause: error });
  }
}

const openers = { camera, screen, test: testPicture };

async function camera(sound) {
  if (!navigator.mediaDevices) throw notHere();
  const open = (audio) => navigator.mediaDevices.getUserMedia({ video: CAMERA, audio });
  try {
    return await open(sound);
  } catch (error) {
    // A camera without a microphone is still a camera.
    if (sound && error.name === "NotFoundError") return open(false);
    throw error;
  }
}

async function screen(sound) {
  if (!navigator.mediaDevices?.getDisplayMedia) throw notHere();
  return navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 30 } }, audio: sound });
}

/** Browsers hide what they give only to secure pages. */
const notHere = () => new DOMException("not offered to this page", "NotSupportedError");
