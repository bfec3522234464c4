// How long a newcomer waits for a picture near the live edge, with the package loaded: fresh pages, at random moments of a segment.

import { setTimeout as wait } from "node:timers/promises";
import { openBare } from "../e2e/harness/pages.mjs";
import { shownIn } from "./film.mjs";
import { joinIn } from "./figures.mjs";
import { INTERVAL } from "./options.mjs";

/** A viewing has settled this long after its call; then its steady latency is taken, for so long; both in ms. */
const SETTLING = 4000;
const STEADY = 3000;

/** So many joins, one after the other: `ms` (Infinity where there was none), and the `steady` latency, ms. */
export async function measureJoins(studio, { joins, mode }) {
  const found = [];
  while (found.length < joins) {
    const page = await openBare(studio.home, studio.relay);
    await page.evaluate(loadPackage, mode);
    await wait(Math.random() * INTERVAL);
    const { rows, began } = await page.evaluate(join, mode, SETTLING + STEADY);
    found.push(joinIn(shownIn(rows), began, began + SETTLING, began + SETTLING + STEADY));
    await page.evaluate(() => window.viewing.stop());
    await page.close();
  }
  return found;
}

/** Runs in the page: the package loads its module with the first call. */
async function loadPackage(mode) {
  const idle = await startViewing(document.createElement("video"), here({ name: "nobody", mode }));
  await idle.stop();
  window.film = (await import("/filming.js")).film;
}

/** Runs in the page. A picture is on the page with the animation frame that sees it. */
async function join(mode, milliseconds) {
  const filmed = film(video);
  const began = Date.now();
  await view({ mode });
  await new Promise((resolve) => setTimeout(resolve, began + milliseconds - Date.now()));
  filmed.stop();
  return { rows: filmed.rows, began };
}
