// The demo, as a person uses it: a button pressed in one browser, a link followed in another.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startRelay } from "../../scripts/relay.mjs";
import { launchChromium, launchFirefox } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { until } from "./harness/pages.mjs";

const words = (page, id) => page.$eval(`#${id}`, (element) => element.textContent);

for (const [browser, launch] of Object.entries({ Chromium: launchChromium, Firefox: launchFirefox })) {
  test(`one button, one link: ${browser} watches a camera`, { timeout: 90_000 }, async (t) => {
    const relay = await startRelay({ www: "www", args: ["--listen", "127.0.0.1:0"] });
    defer(t, relay.stop);
    const studio = await (await launchChromium(t)).open(`${relay.url}broadcast.html?name=demo`);
    await studio.click("#button");
    await until(studio, () => document.querySelector("#state").dataset.state === "live");
    const link = await studio.$eval("#link", (input) => input.value);

    const home = await launch(t);
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
