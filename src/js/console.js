// What the package says on the console.

export { tell } from "./story.js";

/** Each says what happened and what to do. */
const WARNINGS = {
  clock: "the broadcaster and this viewer do not agree on the relay's clock, so stats().latency is not to be trusted; start the broadcast again",
  keyframe: 'this browser gives no keyframes when asked, so each recorder hands over to the next; leave restart out, or say "handover"',
  muted: "the browser lets this page play only without sound, so the video was muted; unmute it when the viewer clicks",
  wakeLock: "the browser does not keep the screen on, and a phone that goes dark stops its camera; look at its battery saver, or set wakeLock to false",
  worker: "this page's Content-Security-Policy permits no worker, so a hidden tab broadcasts in bursts; permit worker-src blob:",
};

const said = new Set();

/** Warns once in a page's life: of one of the above, or in the words of an error. */
export function warn(what) {
  const text = WARNINGS[what] ?? what;
  if (said.has(text)) return;
  said.add(text);
  console.warn(`blobcast: ${text}`);
}

/** Warns of an option that neither call takes. */
export function unknown(option, known) {
  const distances = known.map((name) => [distance(option.toLowerCase(), name.toLowerCase()) / Math.max(option.length, name.length), name]);
  const [off, nearest] = distances.reduce((best, next) => (next[0] <= best[0] ? next : best));
  const advice = off <= 0.5 ? `did you mean ${nearest}?` : `there are ${known.join(", ")}`;
  warn(`the option ${option} is not known and does nothing; ${advice}`);
}

/** How many letters are to be put in, left out or changed to make one word the other one (Levenshtein). */
function distance(from, to) {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) next.push(Math.min(row[j] + (letter === to[j] ? 0 : 1), row[j + 1] + 1, next[j] + 1));
    row = next;
  }
  return row.at(-1);
}
