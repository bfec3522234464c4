// The baby monitor of the examples: two devices, a microphone that is quiet or not, and a link that breaks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium, LOST } from "./harness/browser.mjs";
import { asCamera } from "./harness/clip.mjs";
import { assertAccessible } from "./harness/elements.mjs";
import { startExample } from "./harness/example.mjs";
import { until } from "./harness/pages.mjs";
import { wav } from "./harness/wav.mjs";

/** Levels, ten in a second, at which it has to stay calm. */
const CALM_FOR = 30;

test("the baby monitor", { timeout: 120_000 }, async (t) => {
  const example = await startExample(t, "baby-monitor");
  const parent = await (await launchChromium(t)).open(`${example.url}parent.html`, { inject: [notes], expects: LOST });
  const untilAlarm = (alarm) => until(parent, (alarm) => document.body.dataset.alarm === alarm, alarm);

  /** A device whose microphone hears this. */
  async function openNursery(sound) {
    const { video } = await asCamera("cockatoo");
    const device = await launchChromium(t, { clip: { video, audio: sound } });
    const nursery = await device.open(`${example.url}nursery.html`, { expects: LOST });
    await nursery.click("#button");
    await until(nursery, () => document.body.dataset.state === "live");
    return nursery;
  }

  await t.test("a nursery that is not there yet alarms nobody", async () => {
    await parent.click("#start");
    await until(parent, () => document.querySelector("#title").textContent === "The nursery is not there yet");
    await assertAccessible(parent, "a parent who waits");
  });

  await t.test("breathing alarms nobody, but sound that stands still and the end of the nursery do", async () => {
    const nursery = await openNursery(await wav("breathing", 4, () => (Math.random() * 2 - 1) * 0.0055)); // -50 dB
    await until(parent, () => document.body.dataset.mood === "quiet");
    await until(parent, () => Math.abs(window.levels.at(-1) + 50) < 4);
    const heard = await parent.evaluate(() => window.levels.length);
    await until(parent, (count) => window.levels.length >= count, heard + CALM_FOR);
    assert.deepEqual(await parent.evaluate(() => [window.alarms, window.rings]), [[], 0]);
    await assertAccessible(parent, "a parent who hears the nursery");
    await assertAccessible(nursery, "a nursery that listens");

    await parent.evaluate(() => document.querySelector("#video").pause());
    await untilAlarm("deaf");
    await until(parent, () => window.rings > 0);
    await parent.evaluate(() => document.querySelector("#video").play());
    await until(parent, () => document.body.dataset.mood === "quiet");

    await nursery.click("#button");
    await untilAlarm("ended");
  });

  await t.test("cries alarm, by sound, title and notification, until that is silenced", async () => {
    await openNursery(await wav("crying", 3, (second) => (second % 1.5 < 1 ? 0.3 * Math.sin(2 * Math.PI * 500 * second) : 0)));
    await untilAlarm("loud");
    assert.match(await parent.title(), /It is loud/);
    assert.equal(await parent.evaluate(() => window.notifications.at(-1)), "It is loud");
    const { rings } = await parent.evaluate(() => ({ rings: window.rings }));
    await until(parent, (rings) => window.rings > rings, rings);
    await assertAccessible(parent, "a parent who is alarmed");

    await parent.click("#silence");
    await until(parent, () => document.querySelector("#silence").hidden);
    const [silenced, levels] = await parent.evaluate(() => [window.rings, window.levels.length]);
    await until(parent, (count) => window.levels.length >= count, levels + CALM_FOR);
    assert.equal(await parent.evaluate(() => window.rings), silenced);
    assert.equal(await parent.evaluate(() => document.body.dataset.alarm), "loud", "it is still shown");
  });

  await t.test("a link that is lost alarms, even when an alarm was silenced before", async () => {
    const rings = await parent.evaluate(() => window.rings);
    await example.kill();
    await untilAlarm("reconnecting");
    await until(parent, (rings) => window.rings > rings, rings);
  });
});

/** Runs in the page before anything else: notes the levels that it shows and what it does when it alarms. */
function notes() {
  Object.assign(window, { levels: [], alarms: [], notifications: [], rings: 0 });
  document.addEventListener("DOMContentLoaded", () => {
    const note = ({ target, attributeName }) => {
      if (attributeName === "aria-valuenow") window.levels.push(Number(target.ariaValueNow));
      else if (target.dataset.alarm) window.alarms.push(target.dataset.alarm);
    };
    const attributeFilter = ["aria-valuenow", "data-alarm"];
    new MutationObserver((changes) => changes.forEach(note)).observe(document.body, { subtree: true, attributes: true, attributeFilter });
  });
  const { start } = AudioScheduledSourceNode.prototype;
  AudioScheduledSourceNode.prototype.start = function (...args) {
    window.rings++;
    start.apply(this, args);
  };
  window.Notification = class {
    static permission = "granted";
    static async requestPermission() {}
    constructor(words) {
      window.notifications.push(words);
    }
  };
}
