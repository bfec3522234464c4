// A viewing page in the background, where browsers slow the page's timers down: back in front it is where everybody else is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as passes } from "node:timers/promises";
import { report } from "../faults/report.mjs";
import { launchChromium, launchFirefox, RAN_DRY } from "./harness/browser.mjs";
import { longest, median, readBarcodes } from "./harness/barcodes.mjs";
import { hide, hideViewer } from "./harness/hidden.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { openBare, record, relayFor, until, view } from "./harness/pages.mjs";
import { filming, pictures } from "./harness/pictures.mjs";
import { proxyFor } from "./harness/proxy.mjs";

/** Between restarts, ms. */
const INTERVAL = 2000;
/** So long a line stands, ms: less than what a playhead that is looked at anyway would jump over. And so much more is kept ahead after it. */
const STANDS = 900;
const MORE = 100;
/** From when a page is in front again to the first picture of the live edge, ms. */
const WITHIN = 1000;

/** How far behind a picture of the live edge is, ms: what docs/GUIDE.md says of the mode, and as much again as a busy machine adds. */
const CHROMIUM = { what: "Chromium, mse", launch: launchChromium, mode: "mse", behind: 250 + 250 };
const GLUE = { what: "Chromium, glue", launch: launchChromium, mode: "glue", behind: INTERVAL + 500 };
const FIREFOX = { what: "Firefox, mse", launch: launchFirefox, mode: "mse", behind: 500 + 250, mayHear: RAN_DRY };

const WITH_SOUND = ["barcodes", {}, shortOrLong(15, 600), [CHROMIUM, GLUE, FIREFOX]];
const WITHOUT = ["slides", { every: 1000 / 30 }, 20, [CHROMIUM]];

for (const [source, options, seconds, viewers] of shortOrLong([WITH_SOUND], [WITH_SOUND, WITHOUT])) {
  test(`viewers of ${source} that were hidden for ${seconds} s are at the live edge within a second`, { timeout: (seconds + 150) * 1000 }, async (t) => {
    const relay = await relayFor(t);
    const broadcaster = await openBare(await launchChromium(t), relay);
    await record(broadcaster, source, { restartInterval: INTERVAL, ...options });
    const comeBack = await Promise.all(viewers.map((viewer) => hideViewer(t, relay, viewer)));
    await passes(seconds * 1000);
    const figures = [];
    for (const [i, { what, behind }] of viewers.entries()) {
      const { there, latency } = await comeBack[i]({ seconds, behind });
      figures.push({ what: `${what}: at the live edge after it is back`, value: there, unit: "ms", limit: WITHIN });
      figures.push({ what: `${what}: latency then, by bar codes`, value: latency, unit: "ms", limit: behind });
    }
    await report(t, `viewer of ${source} hidden for ${seconds} s`, figures);
  });
}

test("a viewer whose line stands just when its page is back is at the live edge a second after the line goes on", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const line = await proxyFor(t, relay);
  const broadcaster = await openBare(await launchChromium(t), relay);
  await record(broadcaster, "barcodes", { restartInterval: INTERVAL });
  const browser = await launchChromium(t);
  const viewer = await openBare(browser, line);
  await view(viewer, { mode: "mse" });
  await until(viewer, () => viewing.stats().restarts >= 2);
  await pictures(viewer, 30);

  const show = await hide(browser, viewer);
  await viewer.evaluate(() => new Promise((seen) => viewing.addEventListener("stats", ({ detail }) => detail.restarts >= 4 && seen())));
  const endFilm = await filming(viewer);
  const goesOn = Date.now() + STANDS;
  line.delay({ due: (before, bytes, now) => Math.max(before, now, performance.now() + goesOn - Date.now()) });
  await show();
  await passes(STANDS + WITHIN + 2000);
  const shown = readBarcodes(await endFilm(), { skip: true });
  t.diagnostic(`after the page is back, ms: ${shown.map(({ at, latency }) => `${at - goesOn + STANDS}: ${latency}`).join(", ")}`);
  assert.ok(longest(shown) > STANDS / 2, "the picture stands meanwhile");
  const later = shown.filter(({ at }) => at >= goesOn + WITHIN);
  await report(t, "viewer whose line stands when its page is back", [
    { what: "latency a second after it goes on, by bar codes", value: median(later.map(({ latency }) => latency)), unit: "ms", limit: CHROMIUM.behind + MORE },
  ]);
});
