import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "./browser.mjs";
import { counters } from "./counters.js";
import { DEADLINE } from "./pages.mjs";

const NOTHING = { sockets: 0, recorders: 0, workers: 0, sources: 0, decoders: 0, contexts: 0, urls: 0, timers: 0, listeners: 0 };

test("what is made is counted, and what is let go is not", async (t) => {
  const browser = await launchChromium(t);
  const page = await browser.open("data:text/html,<canvas></canvas>", { inject: [counters], expects: /WebSocket connection/ });
  assert.deepEqual(await page.evaluate(() => counts()), NOTHING);

  const all = await page.evaluate(() => {
    const abort = new AbortController();
    const listener = () => {};
    const source = new MediaSource();
    const url = URL.createObjectURL(source);
    const video = Object.assign(document.createElement("video"), { src: url });
    const recorder = new MediaRecorder(document.querySelector("canvas").captureStream());
    recorder.start();
    const context = new AudioContext();
    const worker = new Worker("data:text/javascript,");
    const timers = [setTimeout(listener, 1e6), setInterval(listener, 1e6)];
    addEventListener("twice", listener);
    addEventListener("twice", listener);
    addEventListener("twice", listener, { capture: true });
    addEventListener("signalled", listener, { signal: abort.signal });
    addEventListener("once", listener, { once: true });
    let socket;
    window.release = async () => {
      socket.close();
      abort.abort();
      dispatchEvent(new Event("once"));
      removeEventListener("twice", listener);
      removeEventListener("twice", listener, true);
      timers.forEach(clearTimeout);
      recorder.stop();
      worker.terminate();
      context.close();
      video.removeAttribute("src");
      video.load();
      URL.revokeObjectURL(url);
    };
    return new Promise((resolve) => {
      source.onsourceopen = () => {
        socket = new WebSocket("ws://127.0.0.1:1/"); // last: nobody listens there, and it soon closes by itself
        resolve(counts());
      };
    });
  });
  assert.deepEqual(all, { sockets: 1, recorders: 1, workers: 1, sources: 1, decoders: 0, contexts: 1, urls: 1, timers: 2, listeners: 4 });

  await page.evaluate(() => release());
  await page.waitForFunction((nothing) => JSON.stringify(counts()) === nothing, { timeout: DEADLINE }, JSON.stringify(NOTHING));
});

test("a timer that has fired is gone, one that repeats is not", async (t) => {
  const browser = await launchChromium(t);
  const page = await browser.open("data:text/html,", { inject: [counters] });
  const timers = await page.evaluate(async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setInterval(resolve, 1));
    return counts().timers;
  });
  assert.equal(timers, 1);
});
