// The pictures that a viewer's page really shows, small and grey.

import { blobsOf } from "./blobs.mjs";
import { HEIGHT, split, WIDTH } from "./match.mjs";

/** The next `count` pictures: `{ luma, at }`, `at` by the wall clock. */
export async function pictures(page, count, seconds = 30) {
  const shown = await film(page, count, seconds);
  if (shown.length < count) throw new Error(`${shown.length} pictures in ${seconds} s, ${count} expected`);
  return shown;
}

/** All pictures of so many seconds; or one `every` so many ms, since to film all of them costs the page some of them. */
export const picturesOf = (page, seconds, every = 0) => film(page, Infinity, seconds, every);

/** Begins to film; resolves with what ends it and gives all pictures. */
export async function filming(page) {
  const film = await begin(page, Infinity, 3600);
  return async () => {
    await film.evaluate((film) => film.finish());
    return picturesIn(page, film);
  };
}

async function film(page, count, seconds, every = 0) {
  return picturesIn(page, await begin(page, count, seconds, every));
}

/** No call lasts as long as the film: puppeteer gives one up after three minutes. */
const begin = (page, count, seconds, every = 0) =>
  page.evaluateHandle(filmInPage, count === Infinity ? null : count, seconds * 1000, every, WIDTH, HEIGHT);

/** What is on the film once it has ended. */
async function picturesIn(page, film) {
  await film.evaluate((film) => film.ended);
  const lumas = (await blobsOf(page, (film) => film.reels(), film)).flatMap(split);
  const times = await film.evaluate((film) => film.times);
  await film.dispose();
  return times.map((at, i) => ({ at, luma: lumas[i] }));
}

/**
 * Runs in the page, so it stands alone. A picture of the video counts unless a canvas (a poster) or another video (a standby)
 * lies over it, to be seen, when the browser paints, which is after the animation frame's callbacks.
 */
function filmInPage(count, milliseconds, every, width, height) {
  const video = document.querySelector("video") ?? document.querySelector("blobcast-player").video;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  const isCovered = () => {
    const { left, right, top, bottom } = video.getBoundingClientRect();
    const overlaps = (box) => box.left < right && box.right > left && box.top < bottom && box.bottom > top;
    const isSeen = (cover) => cover !== video && Number(getComputedStyle(cover).opacity) > 0.5;
    return [...document.querySelectorAll("canvas, video")].some((cover) => isSeen(cover) && overlaps(cover.getBoundingClientRect()));
  };
  const times = [];
  const lumas = [];
  const { promise: ended, resolve } = Promise.withResolvers();
  let callback = video.requestVideoFrameCallback(take);
  let pause;
  let isRolling = true;
  const timeout = setTimeout(finish, milliseconds);
  function take() {
    const at = Date.now();
    // Chromium may present the first picture of a MediaStream before the element knows that it has one: `drawImage` draws nothing then.
    if (video.readyState === HTMLMediaElement.HAVE_NOTHING) video.addEventListener("loadeddata", () => draw(at), { once: true });
    else draw(at);
  }
  function draw(at) {
    context.drawImage(video, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    requestAnimationFrame(() => {
      if (isRolling && !isCovered()) keep(at, data);
      if (times.length === count) finish();
    });
    const next = () => (callback = video.requestVideoFrameCallback(take));
    if (every) pause = setTimeout(next, every);
    else next();
  }
  function keep(at, data) {
    times.push(at);
    const luma = new Uint8Array(width * height);
    for (let i = 0; i < luma.length; i++) luma[i] = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
    lumas.push(luma);
  }
  function finish() {
    isRolling = false;
    clearTimeout(timeout);
    clearTimeout(pause);
    video.cancelVideoFrameCallback(callback);
    resolve();
  }
  /** A thousand pictures each. */
  const reels = () => Array.from({ length: Math.ceil(lumas.length / 1000) }, (_, i) => new Blob(lumas.slice(i * 1000, (i + 1) * 1000)));
  return { ended, finish, times, reels };
}
