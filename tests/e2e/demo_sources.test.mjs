// What the demo can broadcast, each looked at first, and changed on air; and the link to it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import jsQR from "jsqr";
import { programs } from "../../scripts/tools.mjs";
import { launchChromium, launchFirefox } from "./harness/browser.mjs";
import { choose, isIn, press, relayOfDemo } from "./harness/demo.mjs";
import { folderFor } from "./harness/folder.mjs";
import { until } from "./harness/pages.mjs";

const text = (page, id) => page.$eval(`#${id}`, (element) => element.textContent);
const hasPicture = (page) => until(page, () => document.getElementById("preview").videoWidth > 0);
const isRecordedAs = (page, codecs) => until(page, (codecs) => document.getElementById("codecs").textContent === codecs, codecs);

/** A film of two seconds: a test pattern and a tone. */
async function film(t) {
  const file = join(await folderFor(t), "film.webm");
  const sources = "-f lavfi -i testsrc=size=320x180:rate=30 -f lavfi -i sine=frequency=440 -t 2";
  execFileSync(programs.ffmpeg(), `-loglevel error ${sources} -c:v libvpx -deadline realtime -cpu-used 8 -c:a libopus ${file}`.split(" "));
  return file;
}

/** What a QR code says, read from its pixels. */
async function decoded(page) {
  const { data, width, height } = await page.$eval("#qr", (canvas) => {
    // As a camera sees it: larger, on white.
    const large = Object.assign(document.createElement("canvas"), { width: canvas.width * 4, height: canvas.height * 4 });
    const context = large.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, large.width, large.height);
    context.imageSmoothingEnabled = false;
    context.drawImage(canvas, 0, 0, large.width, large.height);
    return { data: [...context.getImageData(0, 0, large.width, large.height).data], width: large.width, height: large.height };
  });
  return jsQR(Uint8ClampedArray.from(data), width, height)?.data;
}

for (const [browser, launch] of Object.entries({ Chromium: launchChromium, Firefox: launchFirefox })) {
  test(`the demo in ${browser}`, { timeout: 150_000 }, async (t) => {
    const relay = await relayOfDemo(t);
    const page = await (await launch(t)).open(`${relay.url}broadcast.html?name=lobby`);
    const files = await film(t);

    await t.test("a camera and a microphone are chosen by name, and seen before they are on air", async () => {
      await choose(page, "camera");
      await isIn(page, "preview");
      await hasPicture(page);
      await until(page, () => [...document.getElementById("camera").options].every(({ label, value }) => label && value));
      assert.equal(await text(page, "problem"), "");
      // Firefox without a screen leaves an AudioContext suspended.
      if (browser === "Chromium") await until(page, () => Number(document.getElementById("level").ariaValueNow) > -60);
      await page.select("#microphone", "none");
      await until(page, () => document.getElementById("heard").textContent === "Without sound.");
      await hasPicture(page);
    });

    await t.test("a microphone alone is broadcast", async () => {
      await choose(page, "sound");
      await until(page, () => document.getElementById("title").textContent === "Sound only");
      await press(page);
      await isIn(page, "live");
      await isRecordedAs(page, "opus");
    });

    await t.test("what is on air changes to the test picture, and to a file, and the broadcast goes on", async () => {
      const before = await text(page, "open-source");
      await choose(page, "test");
      // Where an AudioContext is suspended, the test picture has no tick.
      await isRecordedAs(page, browser === "Chromium" ? "vp8, opus" : "vp8");
      assert.equal(before, "Turn on the microphone");
      await (await page.$("#file")).uploadFile(files);
      await until(page, () => document.getElementById("chosen").textContent === "film.webm");
      await until(page, () => document.getElementById("preview").videoWidth === 320);
      await isRecordedAs(page, "vp8, opus");
      await isIn(page, "live");
      assert.match(await text(page, "clock"), /^\d:\d\d$/);
      assert.equal(await page.$eval("#problem", (element) => element.hidden), true);
    });

    await t.test("the link is in the QR code, and is copied", async () => {
      const link = await page.$eval("#link", (input) => input.value);
      assert.equal(link, `${relay.url}watch.html?name=lobby`);
      assert.equal(await decoded(page), link);
      await page.click("#copy");
      await until(page, () => /^(Copied|Press Ctrl\+C)$/.test(document.getElementById("copied").textContent));
    });

    await t.test("off air, the file and the sound are let go of", async () => {
      const track = await page.evaluateHandle(() => document.getElementById("preview").srcObject.getTracks()[0]);
      await press(page);
      await isIn(page, "stopped");
      assert.equal(await track.evaluate((track) => track.readyState), "ended");
      assert.match(await text(page, "title"), /^That was \d:\d\d on air\.$/);
      assert.equal(await page.$eval("#preview", (video) => video.srcObject), null);
    });

    // Firefox without a screen has none to share.
    await t.test("a screen is shared", { skip: browser === "Firefox" }, async () => {
      await page.evaluate(() => document.querySelector("[value=screen]").click());
      await until(page, () => document.getElementById("open-source").textContent === "Choose a screen…");
      await page.click("#open-source");
      await isIn(page, "preview");
      await hasPicture(page);
    });

    await t.test("a file that does not play is refused with what to do", async () => {
      await (await page.$("#file")).uploadFile(new URL(import.meta.url).pathname);
      await until(page, () => /^This browser cannot play that file: choose/.test(document.getElementById("problem").textContent));
    });
  });
}
