// What is shown in which state: decides, and touches no element.
//
// A view is `{ message, text, isAlert, isBusy, isDark, button, isInert, badge }`: `message` and `button` name the slots whose content is
// shown, `text` is the message's default. `isDark`: nothing is to be seen but the message. `isInert`: the button does nothing now.

const PLAYER = {
  connecting: "Connecting…",
  waiting: "Waiting for the broadcaster",
  reconnecting: "Connection lost. Reconnecting…",
  ended: "The broadcast has ended",
};

const RECORDER = {
  asking: "Waiting for your permission…",
  connecting: "Connecting…",
  waiting: "Waiting for the first picture",
  reconnecting: "Relay away. Reconnecting…",
  stopping: "Sending the rest…",
  ended: "Your broadcast has ended",
};

/** The buttons' default texts. */
export const BUTTONS = { play: "Play", unmute: "Tap to unmute", retry: "Try again", start: "Start broadcasting", stop: "Stop" };

const BUSY = ["asking", "connecting", "waiting", "reconnecting", "stopping"];

const say = (words, message) => ({ message, text: words[message], isBusy: BUSY.includes(message), isDark: true });

/** The error's own message. */
const complain = (error) => ({ message: slotOf(error), text: sentence(error.message || error.name), isAlert: true, isDark: true });

const slotOf = ({ name, slot }) => slot ?? (name === "NotSupportedError" ? "unsupported" : "error");

/**
 * `hasPicture`: there has been one. `isRefused`: the browser waits for a click before it plays. `isSilenced`: it plays, but only
 * without the sound that the page asked for.
 */
export function playerView({ state, error, hasAddress, hasPicture, isRefused, isSilenced }) {
  if (error) return { ...complain(error), button: slotOf(error) === "unsupported" ? null : "retry" };
  if (state === "stopped") return hasAddress ? { button: "play" } : {};
  if (state === "reconnecting") return { ...say(PLAYER, state), isDark: !hasPicture };
  if (state !== "live" && state !== "replaying") return say(PLAYER, state);
  if (isRefused) return { button: "play" };
  if (!hasPicture) return say(PLAYER, "connecting");
  return isSilenced ? { button: "unmute" } : {};
}

/** `isAsking`: the person has not chosen a camera yet. `problem` is an error that does not end the recording. */
export function recorderView({ state, error, problem, hasAddress, isAsking, isStopping }) {
  const begin = hasAddress ? { button: "start" } : {};
  if (error) return { ...complain(error), ...begin };
  if (isStopping) return { ...say(RECORDER, "stopping"), isDark: false, button: "stop", isInert: true };
  if (state === "stopped") return begin;
  if (state === "ended") return { ...say(RECORDER, "ended"), ...begin };
  const view = { isDark: false, button: "stop", badge: state === "live" };
  if (problem) return { ...complain(problem), ...view };
  if (state === "live") return view;
  return { ...say(RECORDER, isAsking ? "asking" : state), ...view };
}

function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
