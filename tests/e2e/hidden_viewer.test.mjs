// A viewing page in the background, where browsers slow the page's timers down.

import { test } from "node:test";
import { quickOrFull, report } from "../faults/report.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { comesBack } from "./harness/hidden.mjs";
import { openBare, record, relayFor } from "./harness/pages.mjs";

/** Between restarts, ms. */
const INTERVAL = 1000;

const LONG = quickOrFull(20, 600);

for (const [source, seconds, viewers] of [
  ["camera", LONG, [{ mode: "mse", may: 300 }, { mode: "glue", may: INTERVAL + 500 }]],
  ["silentCamera", 20, [{ mode: "mse", may: 300 }]],
]) {
  test(`viewers of the ${source} that were hidden for ${seconds} s come back to the live edge`, { timeout: (seconds + 100) * 1000 }, async (t) => {
    const relay = await relayFor(t);
    const broadcaster = await openBare(await launchChromium(t), relay);
    await record(broadcaster, source, { restartInterval: INTERVAL });
    const figures = viewers.map(async ({ mode, may }) => {
      const { before, after } = await comesBack(t, relay, { mode, seconds });
      return { what: `mode ${mode}: latency a second after it is back, beyond that before`, value: after.at(-1) - before, unit: "ms", limit: may };
    });
    await report(t, `viewer of the ${source} hidden for ${seconds} s`, await Promise.all(figures));
  });
}
