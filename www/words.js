// States and errors of broadcasts, as a person would say them.

/** What a recording's state means to the one who broadcasts. `preview` is the page's own: a source is open, and not on air. */
export const broadcasterWords = {
  preview: "Preview",
  connecting: "Connecting…",
  waiting: "Waiting for a picture",
  live: "On air",
  reconnecting: "Reconnecting…",
  ended: "Off air",
  stopped: "Off air",
};

/** What else the one who broadcasts should know. */
export const broadcasterNotes = {
  waiting: "The source gives no picture yet: viewers see it as soon as there is one.",
  reconnecting: "The relay is away: leave this page open, and the broadcast goes on by itself when it is back.",
};

/** What a viewing's state means to the one who watches. */
export const viewerWords = {
  connecting: "Connecting…",
  waiting: "Waiting",
  live: "Live",
  reconnecting: "Reconnecting…",
  replaying: "Earlier",
  ended: "Ended",
  stopped: "Not connected",
};

/** The states in which there is a picture, and figures of it. */
export const HAS_PICTURE = ["live", "reconnecting", "replaying"];

/** What is written where the picture would be. */
export const viewerHints = {
  connecting: ["Connecting to the relay…", ""],
  waiting: ["Nobody is on air here yet.", "Leave this page open: it plays as soon as the broadcast begins."],
  ended: ["The broadcast has ended.", "If it begins again, it plays here."],
  stopped: ["Not connected.", ""],
};

/** What is written below the last picture. */
export const viewerNotes = {
  reconnecting: "The relay is away: leave this page open, and it plays on by itself when it is back.",
};

const REPLACED = 4409;

/** What went wrong between this page and the relay. The package's messages are written for people. */
export function whyNoBroadcast(error) {
  if (error.code === REPLACED) {
    return "Somebody else has begun to broadcast under this name, so this broadcast is over: take another name, or go live again to take this one back.";
  }
  if (error.name === "TimeoutError" && /no relay/.test(error.message)) {
    return "The relay does not answer: check that it runs and that this device is online, then try again.";
  }
  if (error.name === "TypeError" && /name/i.test(error.message)) {
    return "No broadcast can have this name: take letters, digits, _ and -, in parts joined by /.";
  }
  return sentence(error.message);
}

/** A message as a sentence. */
export function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
