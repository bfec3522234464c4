// The camera or the screen, or an error in plain words.

const CAMERA = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

const WORDS = {
  camera: {
    NotAllowedError: ["refused", "This page may not use the camera. Allow the camera and the microphone in the browser's address bar, then start again."],
    NotFoundError: ["error", "No camera was found. Connect one, then start again."],
    NotReadableError: ["error", "The camera is there but does not start. Close other programs that use it, then start again."],
    NotSupportedError: ["insecure", "Browsers give the camera only to secure pages. Open this one by https, or at localhost."],
  },
  screen: {
    NotAllowedError: ["refused", "No screen was shared. Try again and choose a screen, a window or a tab."],
    InvalidStateError: ["error", "Browsers share a screen only after a click. Press the button to choose one."],
    NotReadableError: ["error", "The system does not let the browser record the screen. Permit it in the system's settings, then start again."],
    NotSupportedError: ["insecure", "The screen cannot be shared here. That takes a desktop browser, and a page opened by https or at localhost."],
  },
};

/** What else may go wrong, before what the browser says. */
const NOT_OPENED = {
  camera: "The camera did not start. Close other programs that use it, or choose another one, then start again",
  screen: "The screen could not be shared. Try again, or choose another screen, window or tab",
};

/** Opens "camera" or "screen". Rejects with an Error whose `slot` names the text for it. */
export async function openSource(kind, audio) {
  const open = OPENERS[kind];
  if (!open) throw new TypeError('source takes "camera" or "screen"');
  try {
    return await open(audio);
  } catch (error) {
    const [slot, message] = WORDS[kind][error.name] ?? ["error", `${NOT_OPENED[kind]} (${error.message || error.name}).`];
    throw Object.assign(new Error(message, { cause: error }), { name: error.name, slot });
  }
}

const OPENERS = {
  async camera(audio) {
    const devices = offered("getUserMedia");
    try {
      return await devices.getUserMedia({ video: CAMERA, audio });
    } catch (error) {
      // A camera without a microphone is still a camera.
      if (audio && error.name === "NotFoundError") return devices.getUserMedia({ video: CAMERA });
      throw error;
    }
  },

  async screen(audio) {
    return offered("getDisplayMedia").getDisplayMedia({ video: { frameRate: { ideal: 30 } }, audio });
  },
};

/** Browsers hide what they give only to secure pages. */
function offered(method) {
  const devices = navigator.mediaDevices;
  if (!devices?.[method]) throw new DOMException("not offered to this page", "NotSupportedError");
  return devices;
}

export const stopTracks = (stream) => stream?.getTracks().forEach((track) => track.stop());
