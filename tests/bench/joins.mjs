// How long a newcomer waits for a picture near the live edge, with the package loaded: fresh pages, at random moments of a segment.

import { setTimeout as wait } from "node:timers/promises";
import { openBare } from "../e2e/harness/pages.mjs";
import { shownIn } from "./film.mjs";
import { latencies, quantile } from "./figures.mjs";
import { INTERVAL } from "./options.mjs";
import { watch } from "./studio.mjs";

/** What the steady latency is taken from, in seconds. */
const STEADY = 10;
/** A picture is near the live edge when it is no more than this behind the steady latency, in ms. */
const NEAR = 150;
/** A join that takes longer, in ms, is given up and counts as this. */
const DEADLINE = 10_000;

/** The times of so many joins, in ms. */
export async function measureJoins(studio, { joins, mode, audio }) {
  const { rows, from, to } = await watch(studio, null, { mode, audio: false, seconds: STEADY });
  const steady = quantile(latencies(shownIn(rows), from, to), 0.5);
  console.log(`steady latency: ${steady.toFixed(0)} ms`);
  const times = [];
  while (times.length < joins) {
    const page = await openBare(studio.home, studio.relay);
    await page.evaluate(loadPackage);
    await wait(Math.random() * INTERVAL);
    times.push(await page.evaluate(join, mode, steady + NEAR, DEADLINE));
    await page.evaluate(() => window.viewing.stop());
    await page.close();
  }
  return times;
}

/** Runs in the page: the package loads its module with the first call. */
async function loadPackage() {
  const idle = await startViewing(document.createElement("video"), here({ name: "nobody" }));
  await idle.stop();
  window.film = (await import("/filming.js")).film;
}

/** Runs in the page. A picture is on the page with the animation frame that sees it. */
async function join(mode, latency, deadline) {
  const filmed = film(video);
  const began = Date.now();
  const started = view({ mode });
  let found;
  while (!found && Date.now() < began + deadline) {
    await new Promise(requestAnimationFrame);
    found = filmed.rows.find((row) => row.number !== null && (row.at % 2 ** 32) - row.time <= latency);
  }
  filmed.stop();
  await started;
  return found ? found.at - began : deadline;
}
