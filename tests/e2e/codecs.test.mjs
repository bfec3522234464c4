// Browsers that say they record or play a type, and do not.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as passes } from "node:timers/promises";
import { root } from "../../scripts/run.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { fakeRelay } from "./harness/fake_relay.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { logOf, openBare, record, relayFor, stateOf, statsOf, until, untilState, view } from "./harness/pages.mjs";
import { begin, end } from "./harness/segments.mjs";

/** A segment of the made-up broadcasts comes every so many ms. */
const PACE = 300;

const type = (codec) => `video/webm;codecs=${codec}`;

test("a recorder that fails is no reason not to broadcast", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const page = await openBare(await launchChromium(t), relay);
  const cases = [
    [{ vp8: "constructor" }, "vp9"],
    [{ vp8: "start", vp9: "constructor" }, "av0?1"],
    [{ vp8: "later" }, "vp9"],
  ];
  for (const [failing, codec] of cases) {
    await t.test(`${JSON.stringify(failing)}: it records ${codec}`, async () => {
      await page.evaluate(failInPage, failing);
      await record(page, "silentCamera", { restartInterval: 500 });
      await until(page, () => recording.stats().restarts >= 2);
      assert.match((await statsOf(page, "recording")).mimeType, new RegExp(`codecs=${codec}`));
      const made = await page.evaluate(() => window.made);
      for (const failed of Object.keys(failing)) {
        assert.equal(made.filter((mime) => mime === type(failed)).length, 1, `${failed} is tried once`);
      }
      assert.deepEqual((await logOf(page, "recording")).errors, []);
      await page.evaluate(() => recording.stop());
    });
  }

  const refused = (options) =>
    page.evaluate(async (options) => refusal(startRecording(await sources.silentCamera(), here(options))), options);

  await t.test("when all fail, each is named, with the reason", async () => {
    await page.evaluate(failInPage, { vp8: "constructor", vp9: "start", av1: "later" });
    const { name, message } = await refused({});
    assert.equal(name, "NotSupportedError");
    for (const [codec, how] of [["vp8", "constructor"], ["vp9", "start"], ["av1", "later"]]) {
      assert.ok(message.includes(type(codec)) && message.includes(`no ${how}`), message);
    }
  });

  await t.test("the page's own choice is not passed over", async () => {
    for (const how of ["constructor", "start", "later"]) {
      await page.evaluate(failInPage, { vp8: how });
      const { name, message } = await refused({ mimeType: type("vp8") });
      assert.equal(name, "NotSupportedError");
      assert.ok(message.includes(type("vp8")) && message.includes(`no ${how}`), message);
      assert.deepEqual(await page.evaluate(() => window.made), [type("vp8")]);
    }
  });
});

for (const [mode, mime] of [
  ["auto", "video/x-invented;codecs=avc1"],
  ["glue", "video/webm;codecs=invented"],
  ["mse", "video/webm;codecs=invented"],
]) {
  test(`in mode ${mode} a viewer that cannot play ${mime} is told`, { timeout: 60_000 }, async (t) => {
    const { page, relay } = await viewerOfFakeRelay(t, mode);
    relay.find("view/blob").socket.send(begin({ segment: 1, mime, body: Buffer.of(0x1a, 0x45, 0xdf, 0xa3) }));
    await untilState(page, "viewing", "ended");
    const [error, ...more] = (await logOf(page, "viewing")).errors;
    assert.deepEqual(more, []);
    assert.equal(error.name, "NotSupportedError");
    assert.ok(error.message.includes(mime), error.message);
  });
}

for (const mode of shortOrLong(["auto"], ["auto", "glue", "mse"])) {
  test(`in mode ${mode} a viewer whose browser only says that it plays a type is told`, { timeout: 60_000 }, async (t) => {
    const { page, relay } = await viewerOfFakeRelay(t, mode);
    const mime = type("vp8");
    const recorded = await readFile(join(root, "container/tests/recordings/chromium-camera-vp8.webm"));
    recorded.write("V_XXX", recorded.indexOf("V_VP8")); // what the type does not say
    for (let segment = 1; (await stateOf(page, "viewing")) !== "ended"; segment++) {
      relay.find("view/blob").socket.send(begin({ segment, mime, body: recorded }));
      relay.find("view/chunk").socket.send(end({ segment }));
      await passes(PACE);
    }
    const { errors } = await logOf(page, "viewing");
    t.diagnostic(errors.map(({ name, message }) => `${name}: ${message}`).join("\n"));
    assert.equal(errors.at(-1).name, "NotSupportedError");
    assert.ok(errors.at(-1).message.includes(mime));
  });
}

async function viewerOfFakeRelay(t, mode) {
  const pages = await relayFor(t);
  const relay = await fakeRelay(t);
  const page = await openBare(await launchChromium(t), pages);
  await view(page, { url: relay.wsUrl, mode });
  return { page, relay };
}

/** Runs in the page: from now on, recorders of these codecs fail, each at its time; `window.made` says which were made. */
function failInPage(failing) {
  window.Real ??= MediaRecorder;
  window.made = [];
  const failsAt = ({ mimeType }, time) => failing[mimeType.match(/codecs=(\w+)/)[1]] === time;
  const error = (time) => new DOMException(`no ${time}`, "UnknownError");
  window.MediaRecorder = class extends window.Real {
    constructor(stream, options) {
      window.made.push(options.mimeType);
      if (failsAt(options, "constructor")) throw error("constructor");
      super(stream, options);
      this.options = options;
    }
    start(timeslice) {
      if (failsAt(this.options, "start")) throw error("start");
      if (!failsAt(this.options, "later")) return super.start(timeslice);
      setTimeout(() => {
        this.dispatchEvent(Object.assign(new Event("error"), { error: error("later") }));
        this.dispatchEvent(new Event("stop"));
      });
    }
  };
}
