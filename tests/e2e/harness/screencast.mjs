// What is painted, with whatever lies over the video: the page as its browser composites it. Chromium only.

import { HEIGHT, split, WIDTH } from "./match.mjs";

/**
 * Films the composited page until `done` resolves. Each picture is the place of the video, small and grey, as in
 * pictures.mjs.
 */
export async function screencast(page, done) {
  const frames = await framesOf(page, done);
  const { lumas, sizes } = await page.evaluate(shrinkInPage, frames.map(({ data }) => data), WIDTH, HEIGHT);
  const pictures = split(Buffer.from(lumas, "base64"));
  return frames.map(({ at }, i) => ({ at, luma: pictures[i], size: sizes[i] }));
}

/** Every frame that Chromium composites until `done` resolves: `data` is a JPEG in base64, `at` by the wall clock, in ms. */
export async function framesOf(page, done) {
  const session = await page.createCDPSession();
  const frames = [];
  session.on("Page.screencastFrame", ({ data, sessionId, metadata }) => {
    frames.push({ data, at: metadata.timestamp * 1000 });
    session.send("Page.screencastFrameAck", { sessionId }).catch(() => {}); // the page may have gone
  });
  await session.send("Page.startScreencast", { format: "jpeg", quality: 90 });
  await done();
  await session.send("Page.stopScreencast");
  await session.detach();
  return frames.sort((a, b) => a.at - b.at); // they are encoded side by side
}

/** Runs in the page, so it stands alone. */
async function shrinkInPage(jpegs, width, height) {
  const { left, top, width: wide, height: high } = document.querySelector("video").getBoundingClientRect();
  const scale = Math.min(wide / 640, high / 360); // a video in full screen is as large as fits
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  const lumas = [];
  const sizes = [];
  for (const jpeg of jpegs) {
    const image = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${jpeg}`)).blob());
    const zoom = image.width / innerWidth;
    const [x, y] = [left + (wide - 640 * scale) / 2, top + (high - 360 * scale) / 2];
    context.drawImage(image, x * zoom, y * zoom, 640 * scale * zoom, 360 * scale * zoom, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    for (let i = 0; i < data.length; i += 4) lumas.push(0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2]);
    sizes.push([image.width, image.height]);
    image.close();
  }
  const url = new FileReader();
  url.readAsDataURL(new Blob([Uint8Array.from(lumas)]));
  await new Promise((resolve) => (url.onload = resolve));
  return { lumas: url.result.split(",")[1] ?? "", sizes };
}
