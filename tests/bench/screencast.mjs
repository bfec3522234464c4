// What the browser composites, looked at from outside the page while it plays through some restarts: every picture must have its bar code.

import { setTimeout as wait } from "node:timers/promises";
import { framesOf } from "../e2e/harness/screencast.mjs";
import { INTERVAL } from "./options.mjs";

const RESTARTS = 5;
/** Pictures cross over into the page that looks at them so many at once. */
const AT_ONCE = 50;

/** How many pictures there were and how many of them show no bar code; `how` they were taken. */
export async function compositedPictures(page, browser) {
  const take = { chromium: byScreencast, firefox: byScreenshots }[browser];
  const { images, how } = await take(page, RESTARTS * INTERVAL);
  let blank = 0;
  for (let i = 0; i < images.length; i += AT_ONCE) blank += await page.evaluate(countBlank, images.slice(i, i + AT_ONCE));
  return { count: images.length, blank, how };
}

async function byScreencast(page, milliseconds) {
  const frames = await framesOf(page, () => wait(milliseconds));
  return { images: frames.map(({ data }) => `data:image/jpeg;base64,${data}`), how: "of a screencast" };
}

/** Firefox has no screencast: one screenshot after the other, some a second. */
async function byScreenshots(page, milliseconds) {
  const images = [];
  for (const end = Date.now() + milliseconds; Date.now() < end; ) {
    images.push(`data:image/png;base64,${await page.screenshot({ encoding: "base64" })}`);
  }
  return { images, how: "screenshots" };
}

/** Runs in the page. A picture of the page may be scaled. */
async function countBlank(images) {
  const { readByDrawing } = await import("/filming.js");
  const { left, top, width, height } = document.querySelector("video").getBoundingClientRect();
  let blank = 0;
  for (const url of images) {
    const image = await createImageBitmap(await (await fetch(url)).blob());
    const scale = image.width / innerWidth;
    const code = readByDrawing(image, { x: left * scale, y: top * scale, width: width * scale, height: height * scale });
    if (code.number === undefined) blank++;
    image.close();
  }
  return blank;
}
