// `npm run recordings`: records anew, in the browsers of this machine, what container/tests/recordings holds.
// The property tests of container/ read these files; see the README beside them.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launchChromium, launchFirefox } from "../tests/e2e/harness/browser.mjs";
import { openBare, relayFor } from "../tests/e2e/harness/pages.mjs";
import { buildPackage } from "./build.mjs";
import { buildRelay } from "./relay.mjs";
import { main, root } from "./run.mjs";

const FOLDER = join(root, "container/tests/recordings");
const SECONDS = 3;

/** File name, MIME type, and the source's name in the page below. */
const IN_CHROMIUM = [
  ["chromium-camera-vp8-opus", "video/webm;codecs=vp8,opus", "camera"],
  ["chromium-camera-vp8", "video/webm;codecs=vp8", "silentCamera"],
  ["chromium-camera-vp9-opus", "video/webm;codecs=vp9,opus", "camera"],
  ["chromium-canvas-vp9", "video/webm;codecs=vp9", "canvas"],
  ["chromium-camera-av1-opus", "video/webm;codecs=av1,opus", "camera"],
  ["chromium-canvas-av1", "video/webm;codecs=av1", "canvas"],
  ["chromium-alpha-vp8", "video/webm;codecs=vp8", "alpha"],
  ["chromium-alpha-vp9-opus", "video/webm;codecs=vp9,opus", "alphaWithSound"],
  ["chromium-microphone-opus", "audio/webm;codecs=opus", "microphone"],
];
const IN_FIREFOX = [
  ["firefox-camera-vp8-opus", "video/webm;codecs=vp8,opus", "camera"],
  ["firefox-canvas-vp8", "video/webm;codecs=vp8", "canvas"],
  ["firefox-alpha-vp8-opus", "video/webm;codecs=vp8,opus", "alphaWithSound"],
  ["firefox-microphone-opus", "audio/webm;codecs=opus", "microphone"],
];

main(import.meta, async () => {
  await buildPackage();
  await buildRelay();
  const ends = [];
  const scope = { after: (end) => ends.push(end) };
  try {
    const relay = await relayFor(scope);
    await recordAll(await openBare(await launchChromium(scope), relay), IN_CHROMIUM);
    await recordAll(await openBare(await launchFirefox(scope), relay), IN_FIREFOX);
  } finally {
    for (const end of ends) await end();
  }
});

async function recordAll(page, recordings) {
  for (const [name, mimeType, source] of recordings) {
    const base64 = await page.evaluate(recordInPage, source, mimeType, SECONDS * 1000);
    await writeFile(join(FOLDER, `${name}.webm`), Buffer.from(base64, "base64"));
    console.log(name);
  }
}

/** Runs in the page, so it stands alone. */
async function recordInPage(source, mimeType, milliseconds) {
  const camera = (audio) => navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 180, frameRate: 30 }, audio });
  const microphone = () => navigator.mediaDevices.getUserMedia({ audio: true });
  const canvas = (alpha) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 160, height: 90 });
    const context = canvas.getContext("2d", { alpha });
    let step = 0;
    const draw = () => {
      context.clearRect(0, 0, 160, 90);
      context.fillStyle = `hsl(${step * 9} 80% 50% / ${alpha ? 0.5 : 1})`;
      context.fillRect((step * 3) % 120, 10, 40, 60);
      step++;
    };
    draw();
    setInterval(draw, 33);
    return canvas.captureStream(30);
  };
  const sources = {
    camera: () => camera(true),
    silentCamera: () => camera(false),
    canvas: () => canvas(false),
    alpha: () => canvas(true),
    alphaWithSound: async () => new MediaStream([...canvas(true).getTracks(), ...(await microphone()).getTracks()]),
    microphone,
  };
  const stream = await sources[source]();
  const recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: 150_000, audioBitsPerSecond: 24_000 });
  const chunks = [];
  let timer;
  await new Promise((resolve, reject) => {
    recorder.ondataavailable = ({ data }) => {
      chunks.push(data);
      timer ??= setTimeout(() => recorder.stop(), milliseconds);
    };
    recorder.onstop = resolve;
    recorder.onerror = ({ error }) => reject(error);
    recorder.start(40);
  });
  for (const track of stream.getTracks()) track.stop();
  const url = new FileReader();
  url.readAsDataURL(new Blob(chunks));
  await new Promise((resolve) => (url.onload = resolve));
  return url.result.slice(url.result.indexOf(",") + 1);
}
