// Pages in the background. The browser must be launched with `throttles`, see browser.mjs.

import assert from "node:assert/strict";
import { setTimeout as passes } from "node:timers/promises";
import { median, readBarcodes } from "./barcodes.mjs";
import { launchChromium } from "./browser.mjs";
import { shortOrLong } from "./length.mjs";
import { listen } from "./listener.mjs";
import { logOf, openBare, record, relayFor, until, view } from "./pages.mjs";
import { pictures } from "./pictures.mjs";

/** Chromium slows a hidden page's timers further after this many ms; a person's browser waits for five minutes. */
export const GRACE = 10_000;

/** Of a broadcaster's segments this part may be late: beside other tests a busy machine delays four of twenty, a slowed timer every second one. */
const LATE = shortOrLong(0.3, 0.15);

/** Runs in a page before anything else and notes in `window.ticks` when its own timer of 100 ms fires, ms. */
export function ticks() {
  window.ticks = [];
  setInterval(() => window.ticks.push(performance.now()), 100);
}

/** Opens another page over this one; resolves once the page is hidden. Returns what brings it back. */
export async function hide(browser, page) {
  await page.evaluate(() => {
    window.hidden = new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  });
  const front = await browser.open("about:blank");
  await front.bringToFront();
  await page.evaluate(() => window.hidden);
  assert.equal(await page.evaluate(() => document.visibilityState), "hidden");
  return () => page.bringToFront();
}

/** How often the page's own timer of 100 ms fired in the last so many seconds. */
export const ticksInLast = (page, seconds) =>
  page.evaluate((from) => window.ticks.filter((at) => at >= performance.now() - from).length, seconds * 1000);

/** A page that broadcasts its camera is hidden for so long: its segments reach the relay at the interval, in ms. */
export async function assertRhythm(t, { seconds, interval }) {
  const relay = await relayFor(t);
  const browser = await launchChromium(t, { throttles: true });
  const page = await openBare(browser, relay, { inject: [ticks] });
  await record(page, "camera", { restartInterval: interval });
  await hide(browser, page);
  const messages = await listen(t, relay);
  await passes(seconds * 1000);

  const ticked = await ticksInLast(page, seconds);
  const gaps = stepsOf(messages.filter(({ kind }) => kind === "blob").map(({ at }) => at));
  t.diagnostic(`the page's timer ticked ${ticked} times in ${seconds} s; ${gaps.length} restarts, ${figures(gaps)}`);
  assert.ok(ticked <= seconds * 1.1, "the page's timers are slowed to one tick in a second");
  assert.ok(Math.abs(median(gaps) - interval) < 100, "segments begin at the interval");
  const late = gaps.filter((gap) => gap > interval * 1.5).length;
  assert.ok(late <= gaps.length * LATE, `${late} of ${gaps.length} are late`);
  assert.ok(gaps.length >= ((seconds * 1000) / interval) * 0.9, "none is missing");
  assert.deepEqual((await logOf(page, "recording")).errors, []);
}

/**
 * Hides a viewer of bar codes. Resolves with what brings it back after so many seconds, and tells after how many ms it was
 * `there`, with a picture no more than so many ms `behind`, and the `latency` of all after that, ms. Of errors its page hears none but
 * those that it `mayHear`.
 */
export async function hideViewer(t, relay, { launch, mode, mayHear }) {
  const browser = await launch(t, { throttles: true });
  const viewer = await openBare(browser, relay, { inject: [ticks] });
  await view(viewer, { mode });
  await until(viewer, () => viewing.stats().restarts >= 3);
  await pictures(viewer, 30);
  const show = await hide(browser, viewer);
  return async ({ seconds, behind }) => {
    assert.ok((await ticksInLast(viewer, seconds - 5)) <= seconds - 3, "its timers are slowed");
    await show();
    const back = Date.now();
    const shown = readBarcodes(await pictures(viewer, 90), { skip: true });
    const first = shown.findIndex(({ latency }) => latency <= behind);
    t.diagnostic(`mode ${mode}: latencies ${shown.map(({ latency }) => latency)}`);
    assert.ok(first >= 0, "it is never at the live edge");
    const { errors } = await logOf(viewer, "viewing");
    assert.deepEqual(errors.filter(({ message }) => !mayHear?.test(message)), []);
    return { there: shown[first].at - back, latency: median(shown.slice(first).map(({ latency }) => latency)) };
  };
}

export const stepsOf = (times) => times.slice(1).map((time, i) => time - times[i]);

export const figures = (steps) =>
  `every ${median(steps).toFixed(0)} ms, ${Math.min(...steps).toFixed(0)} to ${Math.max(...steps).toFixed(0)} ms`;
