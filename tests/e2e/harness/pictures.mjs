// The pictures that a viewer's page really shows, small and grey.

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
  const shown = film(page, Infinity, 3600);
  shown.catch(() => {}); // when the test fails before it ends the film, that is what is to be told
  await page.waitForFunction(() => window.stopFilming);
  return async () => {
    await page.evaluate(() => window.stopFilming());
    return shown;
  };
}

async function film(page, count, seconds, every = 0) {
  const some = count === Infinity ? null : count;
  const { times, base64 } = await page.evaluate(filmInPage, some, seconds * 1000, every, WIDTH, HEIGHT);
  const lumas = split(Buffer.from(base64, "base64"));
  return times.map((at, i) => ({ at, luma: lumas[i] }));
}

/**
 * Runs in the page, so it stands alone. A picture of the video counts unless a canvas (a poster) or another video (a standby)
 * lies over it, to be seen, when the browser paints, which is after the animation frame's callbacks.
 */
async function filmInPage(count, milliseconds, every, width, height) {
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
  await new Promise((resolve) => {
    let callback = video.requestVideoFrameCallback(take);
    let pause;
    const timeout = setTimeout(finish, milliseconds);
    function take() {
      const at = Date.now();
      context.drawImage(video, 0, 0, width, height);
      const { data } = context.getImageData(0, 0, width, height);
      requestAnimationFrame(() => {
        if (times.length !== count && !isCovered()) keep(at, data);
        if (times.length === count) finish();
      });
      const next = () => (callback = video.requestVideoFrameCallback(take));
      if (every) pause = setTimeout(next, every);
      else next();
    }
    function keep(at, data) {
      times.push(at);
      for (let i = 0; i < data.length; i += 4) lumas.push(0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2]);
    }
    if (count === null) window.stopFilming = finish;
    function finish() {
      clearTimeout(timeout);
      clearTimeout(pause);
      video.cancelVideoFrameCallback(callback);
      resolve();
    }
  });
  const url = new FileReader();
  url.readAsDataURL(new Blob([Uint8Array.from(lumas)]));
  await new Promise((resolve) => (url.onload = resolve));
  return { times, base64: url.result.split(",")[1] ?? "" };
}
