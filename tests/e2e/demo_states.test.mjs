// Each state of the demo, in light and dark, on a phone and on a desk: what it says, that nothing is cut off, and what axe finds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BROWSERS } from "./harness/browsers.mjs";
import { DESKTOP, dress, HOST, PHONE, relayOfDemo, walk } from "./harness/demo.mjs";
import { violations } from "./harness/elements.mjs";
import { folderFor } from "./harness/folder.mjs";

/** What a person reads: what happened, and what to do. */
const WORDS = {
  "home-empty": /Nobody is on air at the moment\./,
  "home-list": /1 broadcast on air\.[^]*lobby[^]*0 watching/,
  "home-away": /The relay does not answer: check that it runs\./,
  "broadcast-start": /Off air[^]*Choose one, or drop it here\.[^]*Go live/,
  "broadcast-refused": /This page may not use the camera: allow camera and microphone/,
  "broadcast-missing": /No camera was found: connect one, or choose another source\./,
  "broadcast-busy": /The camera is busy or does not start: close other programs/,
  "broadcast-preview": /Preview[^]*Without sound\.[^]*Go live/,
  "broadcast-live": /On air[^]*\d:\d\d[^]*0\s+watching[^]*Stop[^]*Share this link[^]*works on this computer only/,
  "broadcast-reconnecting": /Reconnecting…[^]*The relay is away: leave this page open/,
  "broadcast-replaced": /Off air[^]*Somebody else has begun to broadcast under this name/,
  "broadcast-stopped": /Off air[^]*That was \d:\d\d on air\./,
  "broadcast-cannot": /This browser records no WebM, so it cannot broadcast: take Chrome/,
  "broadcast-not-secure": /This page cannot use the camera\. Browsers give it only to secure pages: open this page by https/,
  "watch-live": /Live[^]*1\s+watching[^]*lobby/,
  "watch-keys": /Keys[^]*pause, and play what is live/,
  "watch-reconnecting": /Reconnecting…[^]*The relay is away: leave this page open/,
  "watch-waiting": /Waiting[^]*Nobody is on air here yet\.[^]*it plays as soon as/,
  "watch-ended": /Ended[^]*The broadcast has ended\.[^]*If it begins again, it plays here\./,
  "watch-refused": /Not connected[^]*No broadcast can have this name: take letters/,
};

const LOOKS = [["light", DESKTOP], ["dark", PHONE]];

/** Parts of the page that are cut off. */
const cutOff = (page) =>
  page.evaluate(() => {
    const boxes = [document.documentElement, ...document.querySelectorAll(".over, .controls, .card, .segmented, button")];
    return boxes.filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => `${box.id || box.className || box.tagName} is cut off`);
  });

/** What axe finds hardly depends on the browser, and it takes Firefox ten times as long: there it looks at one state of each page. */
const isForAxe = { Chromium: () => true, Firefox: (name, theme) => theme === "dark" && ["home-empty", "broadcast-live", "watch-live"].includes(name) };

// In the short form Firefox shows the demo in demo_player and demo_sources alone.
for (const [browser, launch] of Object.entries(BROWSERS)) {
  test(`each state of the demo says what is the case, fits, and is accessible, in ${browser}`, { timeout: 180_000 }, async (t) => {
    const relay = await relayOfDemo(t, "--archive", await folderFor(t));
    const began = performance.now();
    const wrong = [];
    const seen = [];
    await walk(relay, await launch(t, { host: HOST }), async (name, page) => {
      seen.push(name);
      t.diagnostic(`${name} after ${((performance.now() - began) / 1000).toFixed(1)} s`);
      const text = await page.evaluate(() => document.body.innerText);
      if (!WORDS[name].test(text)) wrong.push(`${name} says ${text.replace(/\n+/g, " | ")}`);
      for (const [theme, size] of LOOKS) {
        await dress(page, theme, size);
        const faults = [...(await cutOff(page)), ...(isForAxe[browser](name, theme) ? await violations(page) : [])];
        wrong.push(...faults.map((fault) => `${name}, ${theme}, ${size.width}: ${fault}`));
      }
    });
    assert.deepEqual(wrong, []);
    assert.deepEqual(seen.sort(), Object.keys(WORDS).sort());
  });
}
