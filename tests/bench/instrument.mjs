// How far the instrument that listens is off: a sound that goes from an AudioContext straight to the speaker, of which the browser itself
// says what it plays when, heard as everything else is.

import { setTimeout as wait } from "node:timers/promises";
import { openBare } from "../e2e/harness/pages.mjs";
import { quantile } from "./figures.mjs";
import { lipsIn } from "./lips.mjs";
import { timeline } from "./sound.mjs";
import { soundOf, startListening } from "./studio.mjs";

/** It is heard for so long, and left alone in the beginning, in ms. */
const HEARD = 5000;
const SETTLING = 2000;

/** How much later than the browser says it is heard, in ms: `{ p50 }`. */
export async function takeInstrument({ home, relay }) {
  const page = await openBare(home, relay);
  await page.evaluate(playAloud);
  await page.evaluate(startListening);
  await wait(HEARD);
  const sound = await soundOf(page);
  const played = await page.evaluate(() => sounded.map(({ at, played }) => ({ at, made: played })));
  await page.close();
  const from = played[0].at + SETTLING;
  const behind = lipsIn(timeline(sound.samples, sound.sampleRate), sound.start, played.filter(({ at }) => at > from), [{ at: from, latency: 0 }]);
  return { p50: quantile(behind.map(({ ms }) => ms), 0.5) };
}

/** Runs in the page. */
async function playAloud() {
  const { timedSound } = await import("/timed.js");
  const context = new AudioContext();
  timedSound(context, context.destination);
}
