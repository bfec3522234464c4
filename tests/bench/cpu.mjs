// What it costs to watch: the CPU time of the viewer's browser, all its processes, while nobody films and nobody listens.

import { setTimeout as wait } from "node:timers/promises";
import { openBare, until, view } from "../e2e/harness/pages.mjs";
import { spentBy } from "./ticks.mjs";

/** A viewing is left alone for so long, then measured for so long, in ms. */
const SETTLING = 2000;
const MEASURED = 8000;
/** Modes take turns so often: what else the machine does meets them all. */
const TURNS = 2;

/** CPU time of the viewer's browser in each of these modes, in ms a second; one after the other, of the broadcast that is on. */
export async function cpuOf(studio, modes) {
  const spent = Object.fromEntries(modes.map((mode) => [mode, 0]));
  for (let turn = 0; turn < TURNS; turn++) for (const mode of modes) spent[mode] += await spentOn(studio, mode);
  return Object.fromEntries(modes.map((mode) => [mode, (spent[mode] * 1000) / (TURNS * MEASURED)]));
}

async function spentOn({ home, relay }, mode) {
  const page = await openBare(home, relay);
  await view(page, { mode });
  await until(page, () => window.firstPicture);
  await wait(SETTLING);
  const [spent] = await spentBy([home.pid], MEASURED);
  await page.evaluate(() => window.viewing.stop());
  await page.close();
  return spent;
}
