// Pages in the background. The browser must be launched with `throttles`, see browser.mjs.

import assert from "node:assert/strict";
import { setTimeout as passes } from "node:timers/promises";
import { median } from "./barcodes.mjs";
import { launchChromium } from "./browser.mjs";
import { listen } from "./listener.mjs";
import { logOf, openBare, record, relayFor, statsOf, until, view } from "./pages.mjs";

/** Chromium slows a hidden page's timers further after this many ms; a person's browser waits for five minutes. */
export const GRACE = 10_000;

/** Of a broadcaster's segments this part may be late: a busy machine delays one or two of forty, a slowed timer every second one. */
const LATE = 0.15;

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

/** A viewer of a broadcast that runs is hidden for so long. Resolves with its latency before, and all of the second after, ms. */
export async function comesBack(t, relay, { mode, seconds }) {
  const browser = await launchChromium(t, { throttles: true });
  const viewer = await openBare(browser, relay, { inject: [ticks] });
  await view(viewer, { mode });
  await until(viewer, () => viewing.stats().restarts >= 8 && viewing.stats().latency !== null);
  const latencies = () => viewer.evaluate(latenciesInPage);
  const before = median(await latencies());

  const show = await hide(browser, viewer);
  await passes(seconds * 1000);
  assert.ok((await ticksInLast(viewer, seconds - 5)) <= seconds - 3, "its timers are slowed");
  const hidden = await statsOf(viewer, "viewing");
  await show();
  const after = await latencies();
  t.diagnostic(`latency ${before.toFixed(0)} ms, hidden ${hidden.latency?.toFixed(0)} ms, back: ${after.map(Math.round).join(", ")} ms`);
  assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
  return { before, after };
}

/** Runs in the page: latencies over one second, a picture each. */
async function latenciesInPage() {
  const latencies = [];
  for (const until = performance.now() + 1000; performance.now() < until; ) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { latency } = viewing.stats();
    if (latency !== null) latencies.push(latency);
  }
  return latencies;
}

export const stepsOf = (times) => times.slice(1).map((time, i) => time - times[i]);

export const figures = (steps) =>
  `every ${median(steps).toFixed(0)} ms, ${Math.min(...steps).toFixed(0)} to ${Math.max(...steps).toFixed(0)} ms`;
