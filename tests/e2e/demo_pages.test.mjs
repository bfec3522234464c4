// The demo, as a person uses it: a button pressed in one browser, a link followed in another.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startRelay } from "../../scripts/relay.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { BROWSERS } from "./harness/browsers.mjs";
import { defer } from "./harness/cleanup.mjs";
import { folderFor } from "./harness/folder.mjs";
import { until } from "./harness/pages.mjs";
import { smallCamera } from "./harness/small_camera.js";

const words = (page, id) => page.$eval(`#${id}`, (element) => element.textContent);

// In the short form Firefox watches in demo_player alone.
for (const [browser, launch] of Object.entries(BROWSERS)) {
  test(`one button, one link: ${browser} watches a camera`, { timeout: 90_000 }, async (t) => {
    const relay = await startRelay({ www: "www", args: ["--listen", "127.0.0.1:0"] });
    defer(t, relay.stop);
    const home = await launch(t); // before there is a broadcast, beside which Firefox takes its time to start
    const studio = await (await launchChromium(t)).open(`${relay.url}broadcast.html?name=demo`, { inject: [smallCamera] });
    await studio.click("#button");
    await until(studio, () => document.querySelector("#state").dataset.state === "live");
    const link = await studio.$eval("#link", (input) => input.value);

    const viewer = await home.open(link);
    await until(viewer, () => document.querySelector("video").currentTime > 1);
    assert.match(await words(viewer, "state"), /live/i);
    assert.equal(await viewer.$eval("#problem", (element) => element.hidden), true);

    const front = await home.open(relay.url);
    await until(front, () => [...document.querySelectorAll("a")].some(({ href }) => href.includes("name=demo")));
    await front.close(); // a page behind another one paints nothing, and `until` looks when it paints

    await studio.click("#button");
    await until(viewer, () => document.querySelector("#state").dataset.state === "ended");
    await until(studio, () => document.querySelector("#state").dataset.state === "stopped");
    assert.equal(await studio.$eval("#preview", (video) => video.srcObject), null, "the camera is off");
  });
}

test("a time line goes back in what the relay keeps, and to what is live, and saves the last minute", { timeout: 90_000 }, async (t) => {
  const relay = await startRelay({ www: "www", args: ["--listen", "127.0.0.1:0", "--archive", await folderFor(t)] });
  defer(t, relay.stop);
  const studio = await (await launchChromium(t)).open(`${relay.url}broadcast.html?name=demo`, { inject: [smallCamera] });
  await studio.click("#button");
  await until(studio, () => document.querySelector("#state").dataset.state === "live");
  const viewer = await (await launchChromium(t)).open(`${relay.url}watch.html?name=demo`);
  await until(viewer, () => !document.querySelector("#timeline").hidden);
  await until(viewer, () => document.querySelector("#live").dataset.live === "true");
  assert.equal(await words(viewer, "behind"), "");

  await until(viewer, () => Number(document.querySelector("#place").min) <= -8);
  await viewer.click("#back");
  await until(viewer, () => document.querySelector("#state").dataset.state === "replaying");
  await until(viewer, () => /^−0:\d\d$/.test(document.querySelector("#behind").textContent));
  assert.match(await viewer.$eval("#place", (place) => place.ariaValueText ?? place.getAttribute("aria-valuetext")), /^\d+ seconds? ago$/);

  await viewer.focus("#place");
  await viewer.keyboard.press("Home"); // as far back as there is
  await until(viewer, () => document.querySelector("video").currentTime < 3 && document.querySelector("#state").dataset.state === "replaying");
  const saved = await viewer.evaluate(async () => {
    const answer = await fetch(document.querySelector("#save").href);
    return { status: answer.status, type: answer.headers.get("content-type"), bytes: (await answer.arrayBuffer()).byteLength };
  });
  assert.ok(saved.status === 200 && /webm/.test(saved.type) && saved.bytes > 10_000, JSON.stringify(saved));

  await viewer.click("#live");
  await until(viewer, () => document.querySelector("#state").dataset.state === "live");
  await until(viewer, () => document.querySelector("#behind").textContent === "");
});
