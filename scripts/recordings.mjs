// `npm run recordings`: records anew, in the browsers of this machine, what container/tests/recordings holds.
// The property tests of container/ read these files; see the README beside them.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launchChromium, launchFirefox } from "../tests/e2e/harness/browser.mjs";
import { scoped } from "../tests/e2e/harness/cleanup.mjs";
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

/** Two recorders of one stream, the second started while the first goes on: a name, the type and the source. */
const HANDOVERS_IN_CHROMIUM = [
  ["chromium-camera", "video/webm;codecs=vp8,opus", "camera"],
  ["chromium-silent-camera", "video/webm;codecs=vp8", "silentCamera"],
  ["chromium-canvas", "video/webm;codecs=vp8", "canvas"],
  ["chromium-vp9", "video/webm;codecs=vp9,opus", "camera"],
  ["chromium-microphone", "audio/webm;codecs=opus", "microphone"],
];
const HANDOVERS_IN_FIREFOX = [
  ["firefox-camera", "video/webm;codecs=vp8,opus", "camera"],
  ["firefox-canvas", "video/webm;codecs=vp8", "canvas"],
];

main(import.meta, async () => {
  await buildPackage();
  await buildRelay();
  await scoped(async (scope) => {
    const relay = await relayFor(scope);
    await recordAll(await openBare(await launchChromium(scope), relay), IN_CHROMIUM, HANDOVERS_IN_CHROMIUM);
    await recordAll(await openBare(await launchFirefox(scope), relay), IN_FIREFOX, HANDOVERS_IN_FIREFOX);
  });
});

async function recordAll(page, recordings, handovers) {
  await page.evaluate(defineInPage);
  for (const [name, mimeType, source] of recordings) {
    const { base64 } = await page.evaluate(recordInPage, source, mimeType, SECONDS * 1000);
    await save(name, base64);
  }
  for (const [name, mimeType, source] of handovers) {
    const [old, next] = await page.evaluate(handOverInPage, source, mimeType);
    await save(`handover/${name}-old`, old.base64);
    // How much later it was started, ms: what a handover is told, too.
    await save(`handover/${name}-new-${(next.started - old.started).toFixed(1)}`, next.base64);
  }
}

async function save(name, base64) {
  await writeFile(join(FOLDER, `${name}.webm`), Buffer.from(base64, "base64"));
  console.log(name);
}

/** Runs in the page: the sources, and how to record one. */
function defineInPage() {
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
  window.sources = {
    camera: () => camera(true),
    silentCamera: () => camera(false),
    canvas: () => canvas(false),
    alpha: () => canvas(true),
    alphaWithSound: async () => new MediaStream([...canvas(true).getTracks(), ...(await microphone()).getTracks()]),
    microphone,
  };
  window.startRun = (stream, mimeType) => {
    const recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: 150_000, audioBitsPerSecond: 24_000 });
    const chunks = [];
    const ended = new Promise((resolve, reject) => {
      recorder.onstop = resolve;
      recorder.onerror = ({ error }) => reject(error);
    });
    const begun = new Promise((resolve) => (recorder.ondataavailable = ({ data }) => (chunks.push(data), resolve())));
    const started = performance.now();
    recorder.start(40);
    const end = async () => {
      recorder.stop();
      await ended;
      const url = new FileReader();
      url.readAsDataURL(new Blob(chunks));
      await new Promise((resolve) => (url.onload = resolve));
      return { started, base64: url.result.slice(url.result.indexOf(",") + 1) };
    };
    return { begun, end };
  };
  window.wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function recordInPage(source, mimeType, milliseconds) {
  const stream = await window.sources[source]();
  const run = window.startRun(stream, mimeType);
  await run.begun;
  await window.wait(milliseconds);
  const recorded = await run.end();
  for (const track of stream.getTracks()) track.stop();
  return recorded;
}

async function handOverInPage(source, mimeType) {
  const stream = await window.sources[source]();
  const old = window.startRun(stream, mimeType);
  await old.begun;
  await window.wait(700);
  const next = window.startRun(stream, mimeType);
  await next.begun;
  await window.wait(600);
  const both = await Promise.all([old.end(), next.end()]);
  for (const track of stream.getTracks()) track.stop();
  return both;
}
