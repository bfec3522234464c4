// States, errors and numbers, as a person would say them.

/** What a recording's state means to the one who broadcasts. */
export const broadcasterWords = {
  connecting: "Connecting…",
  waiting: "Waiting for the first picture of your source",
  live: "On air",
  reconnecting: "Connection lost, reconnecting…",
  ended: "Ended",
  stopped: "Off air",
};

/** What a viewing's state means to the one who watches. */
export const viewerWords = {
  connecting: "Connecting…",
  waiting: "Waiting for the broadcaster",
  live: "Live",
  reconnecting: "Connection lost, reconnecting…",
  replaying: "Earlier",
  ended: "The broadcast has ended",
  stopped: "Not connected",
};

/** What else there is to say while there is no picture. */
export const viewerHints = {
  waiting: "The picture comes by itself, as soon as there is one.",
  ended: "If it begins again, it plays here.",
};

const deviceWords = {
  camera: {
    NotAllowedError: "This page may not use the camera. Allow the camera (and the microphone) in the browser's address bar, then start again.",
    NotFoundError: "No camera was found. Connect one, or broadcast the test picture.",
    NotReadableError: "The camera is there but does not start. Close other programs that use it, then start again.",
    NotSupportedError:
      "Browsers give the camera only to secure pages: open this one by https, or at localhost on the machine of the relay. The test picture works anyway.",
  },
  screen: {
    NotAllowedError: "No screen was shared. Start again and choose a screen, a window or a tab.",
    NotReadableError: "The system does not let the browser record the screen. Permit it in the system's settings, then start again.",
    NotSupportedError: "This browser cannot share the screen here: it takes a desktop browser, and a page opened by https or at localhost.",
  },
};

/** Why a camera or a screen was not to be had. */
export const whyNoSource = (kind, error) => deviceWords[kind]?.[error.name] ?? sentence(error.message || error.name);

const REPLACED = 4409;

/** What went wrong between this page and the relay. The package's messages are written for people. */
export function whyNoBroadcast(error) {
  if (error.code === REPLACED) {
    return "Somebody else has begun to broadcast under this name, so this broadcast is over. Take another name, or start again to take this one back.";
  }
  return sentence(error.message);
}

export const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

export const bitrate = (bits) => (bits < 1e6 ? `${Math.round(bits / 1e3)} kbit/s` : `${(bits / 1e6).toFixed(1)} Mbit/s`);

/** Milliseconds; a dash where nothing is known yet. */
export const time = (ms) => (ms == null ? "–" : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** So many seconds as a clock shows them: `0:07`, `1:02:03`. */
export function span(seconds) {
  const [s, m, h] = [seconds % 60, (seconds / 60) % 60, seconds / 3600].map(Math.floor);
  const two = (part) => String(part).padStart(2, "0");
  return h ? `−${h}:${two(m)}:${two(s)}` : `−${m}:${two(s)}`;
}

/** The same in words. */
export function ago(seconds) {
  const [s, m] = [Math.round(seconds % 60), Math.floor(seconds / 60)];
  return `${m ? `${count(m, "minute")} ` : ""}${count(s, "second")} ago`;
}

function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
