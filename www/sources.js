// What can be broadcast. Each opens as `{ stream, note }`, or throws an Error with plain words. `note` is what is missing of it.

import { NO_MICROPHONE, whyNoSource } from "./source-words.js";
import { testPicture } from "./test-picture.js";
import { videoFile } from "./video-file.js";

const CAMERA = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/** `kind` is "camera", "sound", "screen", "file" or "test". Close it by `closeSource`. */
export async function openSource({ kind, ...options }) {
  try {
    return { kind, ...(await openers[kind](options)) };
  } catch (error) {
    throw new Error(whyNoSource(kind, error), { cause: error });
  }
}

/** Turns off what a source has turned on. */
export function closeSource(source) {
  source?.stream.getTracks().forEach((track) => track.stop());
  source?.close?.();
}

/** Whether it opens without asking the person. */
export async function opensUnasked(kind) {
  if (kind === "test") return true;
  const names = { camera: ["camera", "microphone"], sound: ["microphone"] }[kind];
  if (!names || !navigator.mediaDevices || !navigator.permissions) return false;
  const states = names.map((name) => navigator.permissions.query({ name }).then(({ state }) => state === "granted", () => false));
  return (await Promise.all(states)).every(Boolean);
}

const openers = {
  async camera({ camera, microphone }) {
    const video = { ...CAMERA, ...device(camera) };
    if (microphone === "none") return { stream: await open({ video }) };
    try {
      return { stream: await open({ video, audio: device(microphone) }) };
    } catch (error) {
      // A camera without a microphone is still a camera.
      if (error.name !== "NotFoundError") throw error;
      return { stream: await open({ video }), note: NO_MICROPHONE };
    }
  },

  async sound({ microphone }) {
    return { stream: await open({ audio: device(microphone) }) };
  },

  async screen({ sound }) {
    if (!navigator.mediaDevices?.getDisplayMedia) throw notHere();
    return { stream: await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 30 } }, audio: sound }) };
  },

  file: videoFile,

  test: async ({ sound }) => ({ stream: await testPicture(sound) }),
};

function open(constraints) {
  if (!navigator.mediaDevices) throw notHere();
  return navigator.mediaDevices.getUserMedia(constraints);
}

/** One that is gone by now is replaced by another one. */
const device = (deviceId) => (deviceId ? { deviceId } : {});

/** Browsers hide what they give only to secure pages. */
const notHere = () => new DOMException("not offered to this page", "NotSupportedError");
