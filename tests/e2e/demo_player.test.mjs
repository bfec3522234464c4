// The page that watches: its modes, its keys, and all of the demo by keyboard alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium, launchFirefox } from "./harness/browser.mjs";
import { clockInPage, whileTimeRunsBack } from "./harness/clock.mjs";
import { dress, isIn, DESKTOP, relayOfDemo } from "./harness/demo.mjs";
import { isLong } from "./harness/length.mjs";
import { until } from "./harness/pages.mjs";

const video = (page, of) => page.evaluate((of) => document.getElementById("video")[of], of);
const is = (page, of, value) => until(page, (of, value) => document.getElementById("video")[of] === value, of, value);

/** What is stepped on by Tab, from the page's beginning until it comes round, by id, name or text; and whether each shows that it has the focus. */
async function byTab(page) {
  await page.evaluate(() => document.activeElement.blur());
  const steps = [];
  for (;;) {
    await page.keyboard.press("Tab");
    const step = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body || element === document.documentElement) return null;
      const shown = element.matches("input[type=radio]") ? element.nextElementSibling : element;
      return { name: element.id || element.name || element.textContent.trim(), ring: getComputedStyle(shown).outlineStyle === "solid" };
    });
    if (step === null || steps.some(({ name }) => name === step.name)) return steps;
    steps.push(step);
  }
}

function assertSteps(steps, names) {
  assert.deepEqual(steps.map(({ name }) => name), names);
  assert.deepEqual(steps.filter(({ ring }) => !ring), [], "each shows the focus");
}

for (const [browser, launch] of Object.entries({ Chromium: launchChromium, Firefox: launchFirefox })) {
  test(`the player in ${browser}`, { timeout: 150_000 }, async (t) => {
    const relay = await relayOfDemo(t);
    const home = await launch(t); // before there is a broadcast, beside which Firefox takes its time to start
    const studio = await (await launchChromium(t)).open(`${relay.url}broadcast.html?name=lobby&source=test&sound=off&autostart`);
    await isIn(studio, "live");
    const page = await home.open(`${relay.url}watch.html?name=lobby`, { inject: [clockInPage] });
    await isIn(page, "live");

    await t.test("a mode is changed while it plays: the broadcast, the place and the sound stay", async () => {
      await page.evaluate(() => (document.getElementById("video").volume = 0.5));
      for (const mode of ["glue", "realtime", "mse"]) {
        await page.evaluate((mode) => document.querySelector(`[name=mode][value=${mode}]`).click(), mode);
        await until(page, (mode) => document.getElementById("playing").textContent === mode, mode);
        await isIn(page, "live");
        assert.equal(new URL(page.url()).search, `?name=lobby&mode=${mode}`);
        assert.equal(await video(page, "volume"), 0.5);
      }
      assert.equal(await page.$eval("#problem", (element) => element.hidden), true);
    });

    await t.test("where the clocks do not agree it says so, and has no figure in its graph", async () => {
      const says = (pattern) => until(page, (pattern) => new RegExp(pattern).test(document.querySelector(".graph:first-child figcaption").textContent), pattern);
      await says("^Latency[\\d.]+ m?s$");
      await whileTimeRunsBack(page, async () => {
        await says("^Latencyclocks differ$");
        // Later is too late: as time is set right, the relay's answer seems to have taken very long, which may explain any difference.
        assert.match(await page.$eval(".graph:first-child .plot", (plot) => plot.ariaLabel), /Latency: from (?!0 ms)/);
      });
      await says("^Latency[\\d.]+ m?s$");
    });

    await t.test("keys pause, mute and fill the screen, and there is a list of them, which turns them off", async () => {
      await page.keyboard.press(" ");
      await is(page, "paused", true);
      await page.keyboard.press(" ");
      await is(page, "paused", false);
      const { muted } = await page.evaluate(() => ({ muted: document.getElementById("video").muted }));
      await page.keyboard.press("m");
      await is(page, "muted", !muted);
      await page.keyboard.press("f");
      await until(page, () => document.fullscreenElement?.id === "player");
      await page.keyboard.press("f");
      await until(page, () => !document.fullscreenElement);
      await page.keyboard.press("?");
      await until(page, () => document.getElementById("keys").open);
      await page.click("#keys-on");
      await page.keyboard.press("Escape");
      await until(page, () => !document.getElementById("keys").open);
      await page.keyboard.press("m");
      await page.keyboard.press("?");
      assert.deepEqual([await video(page, "muted"), await page.$eval("#keys", ({ open }) => open)], [!muted, false]);
    });

    if (browser === "Firefox" && !isLong) return;

    await t.test("Tab goes through all, in order, and each shows that it has the focus", async () => {
      await dress(page, "light", DESKTOP);
      const hasVolume = await page.evaluate(() => getComputedStyle(document.getElementById("volume")).display !== "none");
      const controls = ["play", "mute", ...(hasVolume ? ["volume"] : []), "show-keys", "large"];
      assertSteps(await byTab(page), ["blobcast", "Broadcast", "theme", ...controls, "mode", "Statistics of the last minute"]);
      const form = await home.open(`${relay.url}broadcast.html?name=other&source=test&sound=off`);
      await isIn(form, "preview");
      assertSteps(await byTab(form), ["blobcast", "Broadcast", "theme", "button", "source", "sound", "name"]);
      const front = await home.open(relay.url);
      await until(front, () => !document.getElementById("streams").hidden);
      const row = await front.$eval("#streams a", (link) => link.textContent.trim());
      assertSteps(await byTab(front), ["blobcast", "Broadcast", "theme", "Start a broadcast", "name", "Watch", row, "One broadcast in nine players"]);
    });

    await t.test("the theme is chosen by a switch, and kept", async () => {
      const front = await home.open(relay.url);
      const isDark = () => front.$eval("#theme", (button) => button.ariaChecked === "true");
      const background = () => front.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      const before = [await isDark(), await background()];
      await front.click("#theme");
      const after = [await isDark(), await background()];
      assert.deepEqual([after[0], after[1] === before[1]], [!before[0], false]);
      await front.reload();
      assert.deepEqual([await isDark(), await background()], after);
      await front.click("#theme");
      assert.deepEqual([await isDark(), await background()], before);
      assert.equal(await front.evaluate(() => localStorage.getItem("blobcast:theme")), null, "it follows the system again");
    });
  });
}
