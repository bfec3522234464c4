// Pages in the background. The browser must be launched with `throttles`, see browser.mjs.

import assert from "node:assert/strict";

/** Chromium fires a hidden page's timers once a minute after this many ms; a person's browser waits for five minutes. */
export const GRACE = 10_000;

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
