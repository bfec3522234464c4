// The relay and the two browsers of the benchmark, and one broadcast after another between them.

import { setTimeout as wait } from "node:timers/promises";
import { blobsOf } from "../e2e/harness/blobs.mjs";
import { launchChromium, launchFirefox } from "../e2e/harness/browser.mjs";
import { logOf, openBare, record, relayFor, until, view } from "../e2e/harness/pages.mjs";

const launch = { chromium: launchChromium, firefox: launchFirefox };

/** After the first picture a run is left alone for this long, in ms. */
const SETTLING = 2000;

/** How often the pages are asked for their stats, in ms. */
const STATS = 100;

/** `t` is a scope; broadcaster and viewer are processes of their own. */
export async function openStudio(t, { broadcaster, viewer }) {
  const relay = await relayFor(t);
  return { relay, studio: await launch[broadcaster](t), home: await launch[viewer](t, { hears: true }), viewer };
}

/** Begins a broadcast, with sound if `audio` says so; the other options are those of startRecording. */
export async function broadcast({ relay, studio }, { audio, ...options }) {
  const page = await openBare(studio, relay);
  await record(page, audio ? "timedAndSweep" : "timed", given(options));
  await page.evaluate(sampleStats, "recording", STATS);
  return page;
}

/**
 * Shows a broadcast (whose page may be left out) for so many seconds after it has settled. Gives the film, the broadcaster's frames, both pages' stats,
 * the sound (null if it was not listening), and `from` and `to`, the time that is to be judged. `afterwards` is called with the page while it still plays.
 */
export async function watch({ relay, home }, broadcaster, { mode, listening, seconds }, afterwards = () => {}) {
  const page = await openBare(home, relay);
  await page.evaluate(startFilming);
  await view(page, { mode });
  await until(page, () => window.filmed.rows.find(({ number }) => number !== null)?.at);
  if (listening) await page.evaluate(startListening);
  await page.evaluate(sampleStats, "viewing", STATS);
  await wait(SETTLING);
  const from = Date.now();
  await wait(seconds * 1000);
  const to = Date.now();
  const rows = await page.evaluate(() => (window.filmed.stop(), window.filmed.rows));
  const raw = {
    from, to, rows,
    drawn: (await broadcaster?.evaluate(() => window.drawn)) ?? [],
    sounded: (await broadcaster?.evaluate(() => window.sounded)) ?? [],
    recording: (await broadcaster?.evaluate(() => window.samples)) ?? [],
    viewing: await page.evaluate(() => window.samples),
    sound: listening ? await soundOf(page) : null,
    errors: (await logOf(page, "viewing")).errors,
  };
  raw.afterwards = await afterwards(page);
  await page.evaluate(() => window.viewing.stop());
  await page.close();
  return raw;
}

export async function endBroadcast(page) {
  await page.evaluate(() => window.recording.stop());
  await page.close();
}

/** What a page has listened to since `startListening`. */
export async function soundOf(page) {
  const { sampleRate, start } = await page.evaluate(() => ({ ...window.heard, parts: null }));
  const bytes = Buffer.concat(await blobsOf(page, () => window.heard.parts));
  return { sampleRate, start, samples: new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2) };
}

/** Options that were not given are left to the package. */
const given = (options) => Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** These run in the page. */
async function startFilming() {
  const { film } = await import("/filming.js");
  window.filmed = film(document.querySelector("video"));
}

export async function startListening() {
  const { listen } = await import("/listening.js");
  window.heard = await listen();
}

function sampleStats(kind, every) {
  window.samples = [];
  setInterval(() => {
    const { latency, segment, restarts, bytes, buffered, clockTrusted } = window[kind].stats();
    window.samples.push({ at: Date.now(), latency, segment, restarts, bytes, buffered, clockTrusted, rate: video.playbackRate });
  }, every);
}
