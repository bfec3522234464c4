// The page with nine players.

import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { FOR_TESTS, startRelay } from "../../scripts/relay.mjs";
import { median, readBarcodes } from "./harness/barcodes.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { clockInPage, whileTimeRunsBack } from "./harness/clock.mjs";
import { assertAccessible } from "./harness/elements.mjs";
import { folderFor } from "./harness/folder.mjs";
import { HEIGHT, WIDTH } from "./harness/match.mjs";
import { record, until } from "./harness/pages.mjs";

/** The demo's pages, and the bare one below bare/. */
async function demoFor(t) {
  const www = await folderFor(t);
  await cp("www", www, { recursive: true });
  await cp("tests/e2e/pages", join(www, "bare"), { recursive: true });
  const relay = await startRelay({ www, args: FOR_TESTS });
  defer(t, relay.stop);
  return relay;
}

const untilLive = (page, count) => until(page, (count) => document.querySelectorAll('figcaption[data-state="live"]').length === count, count);

test("nine players show one broadcast, say how far behind they are, or that the clocks do not tell, and leave nothing", { timeout: 60_000 }, async (t) => {
  const relay = await demoFor(t);
  const studio = await (await launchChromium(t)).open(`${relay.url}bare/bare.html`);
  await record(studio, "small");
  const page = await (await launchChromium(t)).open(`${relay.url}wall.html?name=lobby`, { inject: [clockInPage] });
  await untilLive(page, 9);
  await until(page, () => [...document.querySelectorAll(".tile:not(#source) video")].every((video) => video.videoWidth === 320));

  for (const { label, shown, said } of await look(page, 4000)) {
    const pictures = readBarcodes(shown, { skip: true });
    const [seen, stated] = [median(pictures.map(({ latency }) => latency)), median(said)];
    t.diagnostic(`${label}: ${stated} ms are said, ${seen} seen`);
    assert.ok(pictures.at(-1).number > pictures[0].number, `${label} goes on`);
    assert.ok(Math.abs(stated - seen) < 500, `${label}: ${stated} ms are said, ${seen} seen`);
  }
  assert.equal(await page.$eval("#summary", (summary) => summary.textContent), "9 of 9 players are live.");
  assert.equal(await page.$eval("#offer", (offer) => offer.hidden), true);
  await assertAccessible(page, "nine players");

  const latencies = (pattern) => until(page, (pattern) => [...document.querySelectorAll(".latency")].every((one) => new RegExp(pattern).test(one.textContent)), pattern);
  await whileTimeRunsBack(page, () => latencies("^clocks differ$"));
  await latencies("^\\d+ ms$");

  await page.goto(relay.url);
  await until(page, async () => (await (await fetch("streams")).json()).streams[0].viewers === 0);
});

test("where nobody broadcasts, the page offers its test picture, and a mode that is not there says so", { timeout: 60_000 }, async (t) => {
  const relay = await demoFor(t);
  const noCodecs = () => delete window.VideoDecoder;
  const page = await (await launchChromium(t)).open(`${relay.url}wall.html`, { inject: [noCodecs] });
  await page.waitForSelector("#offer:not([hidden])");
  assert.match(await page.$eval('[data-mode="realtime"]', (row) => row.innerText), /This browser has no WebCodecs.*\.$/);
  await assertAccessible(page, "an offer and a refusal");
  await page.focus("#button");
  await page.keyboard.press("Enter");
  await untilLive(page, 6);
  await until(page, () => document.querySelector("#button").textContent === "Stop broadcasting");
  assert.equal(await page.$eval("#preview", (video) => video.srcObject.active), true);
  assert.equal(await page.$eval("#button", (button) => button === document.activeElement), true, "the focus stays");
  await page.keyboard.press("Enter");
  await until(page, () => document.querySelector("#source").hidden && document.querySelectorAll('figcaption[data-state="ended"]').length === 6);
  const said = await page.$$eval("figcaption[data-state]", (all) => all.map((one) => one.textContent.replace(/\s+/g, " ").trim()));
  assert.deepEqual(said, Array(6).fill("– Ended"), "no figures of what is over");
  assert.equal(await page.$eval("#button", (button) => button.textContent), "Broadcast the test picture");
});

/** What each player shows and says for so many ms: pictures as in pictures.mjs, and latencies in ms. */
async function look(page, ms) {
  const players = await page.evaluate(
    async (ms, width, height) => {
      const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
      const players = [...document.querySelectorAll(".tile:not(#source)")].map((tile) => ({ tile, shown: [], said: [] }));
      for (const until = Date.now() + ms; Date.now() < until; await new Promise((next) => setTimeout(next, 200))) {
        for (const { tile, shown, said } of players) {
          const video = tile.querySelector("video");
          context.drawImage(video, 0, 0, width, height);
          const { data } = context.getImageData(0, 0, width, height);
          shown.push({ at: Date.now(), luma: Array.from({ length: width * height }, (_, i) => data[4 * i + 1]) });
          said.push(parseFloat(tile.querySelector(".latency").textContent));
        }
      }
      return players.map(({ tile, shown, said }) => ({ label: tile.querySelector("video").ariaLabel, shown, said }));
    },
    ms,
    WIDTH,
    HEIGHT,
  );
  assert.equal(players.length, 9);
  return players;
}
