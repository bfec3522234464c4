// The page that holds an element (pages/elements.html), and what a test asks of it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../../scripts/run.mjs";
import { until } from "./pages.mjs";
import { smallCamera } from "./small_camera.js";

/** Opens the page, whose camera is small. `html` is in it from the beginning; `options` as for `open` in browser.mjs. */
export async function openElements(browser, relay, { html, inject = [], ...options } = {}) {
  const query = html ? `?put=${encodeURIComponent(html)}` : "";
  const page = await browser.open(`${relay.url}elements.html${query}`, { ...options, inject: [smallCamera, ...inject] });
  if (!html) await until(page, () => window.isReady);
  return page;
}

/** Puts an element into the page: `window.element`. */
export const put = (page, html) => page.evaluate((html) => window.put(html), html);

/** What a person is shown: `{ status, alert, button, badge }`. */
export const shown = (page) => page.evaluate(() => window.shown());

/** Waits until one of these texts is shown. */
export const untilShown = (page, kind, text) => until(page, (kind, text) => window.shown()[kind] === text, kind, text);

export const untilPicture = (page) => until(page, () => window.hasPicture());

/** Waits until the element is in a state. */
export const untilElement = (page, state) => until(page, (state) => element.state === state, state);

/** Waits until so many more frames were shown. */
export async function untilFrames(page, count) {
  const before = await page.evaluate(() => element.video.getVideoPlaybackQuality().totalVideoFrames);
  await until(page, (wanted) => element.video.getVideoPlaybackQuality().totalVideoFrames >= wanted, before + count);
}

/** What axe-core finds wrong with the page as it is now, shadow roots included. */
export async function violations(page) {
  if (!(await page.evaluate(() => Boolean(window.axe)))) {
    await page.evaluate(await readFile(join(root, "node_modules/axe-core/axe.min.js"), "utf8"));
  }
  return page.evaluate(async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html)}`);
  });
}

export const assertAccessible = async (page, what) => assert.deepEqual(await violations(page), [], what);
