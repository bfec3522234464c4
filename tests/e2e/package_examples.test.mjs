// The examples, each started by its command and used as a person does: one browser broadcasts, another one watches.

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { FOR_TESTS, startRelay } from "../../scripts/relay.mjs";
import { root, run } from "../../scripts/run.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { asCamera, frames } from "./harness/clip.mjs";
import { counters } from "./harness/counters.js";
import { assertAccessible } from "./harness/elements.mjs";
import { startExample } from "./harness/example.mjs";
import { compare } from "./harness/match.mjs";
import { until } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";

test("viewers see what the broadcaster's camera does", { timeout: 180_000 }, async (t) => {
  const clip = await frames("cockatoo");
  const studio = await launchChromium(t, { clip: await asCamera("cockatoo") });
  const audience = await launchChromium(t);

  async function assertShows(viewer) {
    const verdict = compare((await pictures(viewer, 60)).map(({ luma }) => luma), clip);
    assert.ok(verdict.ok, JSON.stringify(verdict));
  }

  /** The two pages of the example for Vite. */
  async function broadcastAndWatchWithVite(t, url) {
    const broadcaster = await openIn(t, studio, new URL("broadcast.html", url));
    await broadcaster.click("button");
    await untilStatus(broadcaster, "You are live.");
    const viewer = await openIn(t, audience, url);
    await untilStatus(viewer, "Live");
    await assertShows(viewer);
    for (const page of [broadcaster, viewer]) await assertAccessible(page, page.url());
    await broadcaster.click("button");
    await untilStatus(viewer, "The broadcast has ended.");
    await untilStatus(broadcaster, "Your camera is off.");
  }

  await t.test("vite", async (t) => {
    const { url } = await startExample(t, "vite");
    await broadcastAndWatchWithVite(t, url);
  });

  await t.test("vite, when it is built and the relay serves it", async (t) => {
    const folder = join(root, "examples/vite");
    await run("npm", ["run", "build"], { cwd: folder });
    const names = await readdir(join(folder, "dist/assets"));
    assert.equal(names.filter((name) => name.endsWith(".wasm")).length, 1, names.join(" "));
    const relay = await startRelay({ www: join(folder, "dist"), args: FOR_TESTS });
    defer(t, relay.stop);
    await broadcastAndWatchWithVite(t, relay.url);
  });

  await t.test("script-tag", async (t) => {
    const { url, pressCtrlC } = await startExample(t, "script-tag");
    const broadcaster = await studio.open(url);
    await broadcaster.click("blobcast-recorder"); // in whose middle its button is
    await until(broadcaster, () => document.querySelector("blobcast-recorder").state === "live");
    const viewer = await audience.open(url);
    await until(viewer, () => document.querySelector("blobcast-player").state === "live");
    await assertShows(viewer);
    await assertAccessible(viewer, "script-tag");
    await Promise.all([broadcaster.close(), viewer.close()]);

    await pressCtrlC();
    await assert.rejects(fetch(url), "Ctrl-C ends it");
  });

  await t.test("react", async (t) => {
    const { url, pressCtrlC } = await startExample(t, "react");
    const broadcaster = await studio.open(url);
    await pressButton(broadcaster, "Broadcast");
    await untilStatus(broadcaster, "You are live.");
    const viewer = await audience.open(url);
    await pressButton(viewer, "Watch");
    await untilStatus(viewer, "Live");
    await assertShows(viewer);
    for (const page of [broadcaster, viewer]) await assertAccessible(page, "react");
    await pressButton(broadcaster, "Stop broadcasting");
    await untilStatus(viewer, "The broadcast has ended.");
    await Promise.all([broadcaster.close(), viewer.close()]);

    await pressCtrlC();
    await assert.rejects(fetch(url), "Ctrl-C ends it");
  });

  await t.test("fleet", async (t) => {
    const { url, pressCtrlC } = await startExample(t, "fleet");
    const page = await audience.open(url, { expects: /WebSocket connection|Failed to load resource/ });
    const untilAt = (...relays) =>
      until(
        page,
        (wanted) => [...document.querySelectorAll("[role=status]")].map(({ textContent }) => textContent).join() === wanted,
        relays.map((relay) => `At relay ${relay}`).join(),
      );
    await untilAt(1, 1, 2, 3); // the broadcaster, and a viewer of each
    await assertAccessible(page, "fleet");
    await pressButton(page, "Kill relay 2");
    await untilAt(1, 1, 3, 3);
    await pressButton(page, "Kill relay 1");
    await untilAt(3, 3, 3, 3);
    await pressButton(page, "Start relay 2");
    await pressButton(page, "Kill relay 3");
    await untilAt(2, 2, 2, 2);
    await page.close();
    await pressCtrlC();
    await assert.rejects(fetch(url), "Ctrl-C ends it");
  });

  await t.test("what React unmounts leaves nothing behind, even while it is only beginning", async (t) => {
    const { url } = await startExample(t, "react");
    const page = await openIn(t, studio, url, { inject: [counters, brakes] });
    await until(page, () => document.querySelector("button"));
    const before = await page.evaluate(() => left());
    const untilNothingIsLeft = () => until(page, (before) => left() === before, before);

    await page.evaluate(() => brake());
    await pressButton(page, "Watch");
    await until(page, () => window.held === 1); // the WebAssembly is loading
    await pressButton(page, "Stop watching");
    await page.evaluate(() => goOn());
    await untilNothingIsLeft();

    await page.evaluate(() => brake());
    await pressButton(page, "Broadcast");
    await until(page, () => window.held === 2); // the camera is asked for
    await pressButton(page, "Stop broadcasting");
    await page.evaluate(() => goOn());
    await until(page, () => window.tracks.length === 2);
    await untilNothingIsLeft();

    await pressButton(page, "Broadcast");
    await untilStatus(page, "You are live.");
    await pressButton(page, "Watch");
    await until(page, () => document.querySelectorAll("[role=status]")[1].textContent === "Live");
    await pressButton(page, "Stop broadcasting");
    await pressButton(page, "Stop watching");
    await untilNothingIsLeft();
    assert.equal(await page.evaluate(() => window.opened), 4, "StrictMode or not, each start connects once, and what is aborted before never");
  });
});

/** Runs in the page before anything else: `brake()` holds what a start waits for until `goOn()`, and `left()` says what is open. */
function brakes() {
  let brake = null;
  window.brake = () => (brake = Promise.withResolvers());
  window.goOn = () => (brake = brake.resolve());
  window.held = window.opened = 0;
  window.tracks = [];
  const hold = async () => {
    if (brake) window.held++;
    await brake?.promise;
  };
  const { fetch } = window;
  window.fetch = async (...args) => {
    await hold();
    return fetch(...args);
  };
  const { getUserMedia } = MediaDevices.prototype;
  MediaDevices.prototype.getUserMedia = async function (constraints) {
    await hold();
    const stream = await getUserMedia.call(this, constraints);
    window.tracks.push(...stream.getTracks());
    return stream;
  };
  window.WebSocket = class extends window.WebSocket {
    constructor(...args) {
      super(...args);
      if (/\/(view|publish)\//.test(this.url)) window.opened++; // Vite has a socket of its own
    }
  };
  window.left = () => {
    const { listeners, ...others } = window.counts(); // React never removes its listeners from a video: they go with it
    return JSON.stringify({ ...others, tracks: window.tracks.filter(({ readyState }) => readyState === "live").length });
  };
}

/** Opens the page until the test ends. */
async function openIn(t, browser, url, options) {
  const page = await browser.open(String(url), options);
  defer(t, () => page.close());
  return page;
}

const untilStatus = (page, words) => until(page, (words) => document.querySelector("[role=status]")?.textContent === words, words);

const pressButton = (page, words) => page.locator(`::-p-aria([name="${words}"][role="button"])`).click();
