// Why a camera, a microphone, a screen or a file was not to be had: what happened, and what to do.

import { sentence } from "./words.js";

const NOT_SECURE =
  "Browsers give it only to secure pages: open this page by https, or at localhost on the machine of the relay, or broadcast a file or the test picture.";

const byKind = {
  camera: {
    NotAllowedError: "This page may not use the camera: allow camera and microphone beside the browser's address bar, then try again.",
    NotFoundError: "No camera was found: connect one, or choose another source.",
    NotReadableError: "The camera is busy or does not start: close other programs that use it, then try again.",
    NotSupportedError: `This page cannot use the camera. ${NOT_SECURE}`,
  },
  sound: {
    NotAllowedError: "This page may not use the microphone: allow it beside the browser's address bar, then try again.",
    NotFoundError: "No microphone was found: connect one, or choose another source.",
    NotReadableError: "The microphone is busy or does not start: close other programs that use it, then try again.",
    NotSupportedError: `This page cannot use the microphone. ${NOT_SECURE}`,
  },
  screen: {
    NotAllowedError: "No screen was shared: try again and choose a screen, a window or a tab.",
    NotReadableError: "The system does not let the browser record the screen: permit it in the system's settings, then try again.",
    NotSupportedError: "This browser cannot share the screen here: take a browser on a computer, and open this page by https or at localhost.",
  },
  file: {
    InvalidStateError: "This browser cannot broadcast a file: take Chrome, Edge or Firefox, or choose another source.",
    NotSupportedError: "This browser cannot play that file: choose a video or a sound that it plays, such as MP4 or WebM.",
  },
};

/** Chromium's and Firefox's ways to say that the system, not the person, has refused, and that a device is in use. */
const OF_SYSTEM = /by system|Permission denied by system/i;
const SAME_AS = { AbortError: "NotReadableError", OverconstrainedError: "NotFoundError", SecurityError: "NotAllowedError" };

export function whyNoSource(kind, error) {
  if (error.name === "NotAllowedError" && OF_SYSTEM.test(error.message) && kind !== "screen") {
    return "The system does not let this browser use the camera or the microphone: permit it in the system's settings, then try again.";
  }
  return byKind[kind]?.[error.name] ?? byKind[kind]?.[SAME_AS[error.name]] ?? sentence(error.message || error.name);
}

/** What is lost when a track of a source ends by itself. */
export const whatEnded = {
  camera: "The camera or the microphone is gone: connect it again, or choose another source.",
  sound: "The microphone is gone: connect it again, or choose another source.",
  screen: "The screen is no longer shared: share it again, or choose another source.",
  file: "The file has come to its end: choose it again, or choose another source.",
  test: "The test picture has ended: choose a source.",
};

export const NO_MICROPHONE = "No microphone was found, so there is no sound: connect one and choose it.";

export const CANNOT_RECORD = "This browser records no WebM, so it cannot broadcast: take Chrome, Edge or Firefox. It can watch.";
