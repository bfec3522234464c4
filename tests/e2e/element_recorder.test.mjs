// <blobcast-recorder>: the camera on air by one button.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startRelay } from "../../scripts/relay.mjs";
import { launchChromium, launchFirefox, LOST } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { counters } from "./harness/counters.js";
import { assertAccessible, openElements, put, shown, untilElement, untilFrames, untilShown } from "./harness/elements.mjs";
import { openBare, relayFor, until, untilState, view } from "./harness/pages.mjs";

const BROWSERS = { Chromium: launchChromium, Firefox: launchFirefox };

/** Presses the element's button, as a person does. */
async function press(page) {
  const button = await page.evaluateHandle(() => element.shadowRoot.querySelector("button"));
  await button.click();
}

/** Puts a recorder into a page, presses its button and waits until it is live. */
async function goLive(page, html = `<blobcast-recorder src="/lobby"></blobcast-recorder>`) {
  await put(page, html);
  await press(page);
  await untilElement(page, "live");
}

/** A stream of the page's own: a canvas that moves. */
const ownStream = (page) =>
  page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
    const context = canvas.getContext("2d");
    let step = 0;
    setInterval(() => {
      context.fillStyle = `hsl(${step++ % 360} 80% 50%)`;
      context.fillRect(0, 0, 320, 180);
    }, 33);
    window.own = canvas.captureStream(30);
  });

/** Makes the next calls for the camera reject with an error of this name. */
const refuse = (page, name) =>
  page.evaluate((name) => {
    navigator.mediaDevices.getUserMedia = async () => {
      throw new DOMException("refused", name);
    };
  }, name);

for (const [name, launch] of Object.entries(BROWSERS)) {
  test(`one button puts the camera on air in ${name}, says how many watch, and takes it off`, { timeout: 90_000 }, async (t) => {
    const relay = await relayFor(t);
    const page = await openElements(await launch(t), relay);
    await put(page, `<blobcast-recorder src="/lobby"></blobcast-recorder>`);
    assert.deepEqual(await shown(page), { status: "", alert: "", button: "Start broadcasting", badge: "" });
    await press(page);
    await untilElement(page, "live");
    await untilShown(page, "button", "Stop");
    assert.ok(await page.evaluate(() => element.matches(":state(live)") && element.video.srcObject === element.stream));

    const viewer = await openBare(await launchChromium(t), relay);
    await view(viewer, {});
    await until(viewer, () => video.getVideoPlaybackQuality().totalVideoFrames > 10);
    await untilShown(page, "badge", "Live 1 watching");

    await page.evaluate(() => (window.tracks = element.stream.getTracks()));
    assert.equal(await page.evaluate(() => tracks.map(({ kind }) => kind).sort().join()), "audio,video");
    await press(page);
    await untilElement(page, "stopped");
    await untilShown(page, "button", "Start broadcasting");
    await untilState(viewer, "viewing", "ended");
    assert.equal(await page.evaluate(() => element.shadowRoot.activeElement?.localName), "button", "the keyboard goes on from here");
    assert.deepEqual(await page.evaluate(() => [tracks.map(({ readyState }) => readyState), element.stream]), [["ended", "ended"], null]);
  });
}

test("a camera that is refused, missing or busy is said in clear words, and asked for again", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const page = await openElements(await launchChromium(t), relay);
  await put(page, `<blobcast-recorder src="/lobby"></blobcast-recorder>`);
  const cases = { NotAllowedError: /may not use the camera/, NotFoundError: /No camera was found/, NotReadableError: /does not start/ };
  for (const [name, words] of Object.entries(cases)) {
    await refuse(page, name);
    await press(page);
    await until(page, (name) => element.error?.name === name, name);
    const { alert, button } = await shown(page);
    assert.match(alert, words);
    assert.equal(button, "Start broadcasting");
  }
  await page.evaluate(() => delete navigator.mediaDevices.getUserMedia); // the browser's own again
  await press(page);
  await untilElement(page, "live");
  assert.equal((await shown(page)).alert, "");
});

test("on a page that is not secure it says so", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t, "--open"); // to pages of other host names as well
  const browser = await launchChromium(t, { host: "insecure.example" });
  const page = await browser.open(`http://insecure.example:${relay.port}/elements.html`);
  await until(page, () => window.isReady);
  await put(page, `<blobcast-recorder src="/lobby"></blobcast-recorder>`);
  await press(page);
  await until(page, () => element.error);
  assert.match((await shown(page)).alert, /only to secure pages/);
});

test("it says that the relay is away, and goes on when it is back", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const page = await openElements(await launchChromium(t), relay, { expects: LOST });
  await goLive(page);
  process.kill(relay.pid, "SIGKILL");
  await relay.exit;
  await untilShown(page, "status", "Relay away. Reconnecting…");
  const again = await startRelay({ www: "tests/e2e/pages", args: ["--listen", `127.0.0.1:${relay.port}`, "--log", "warn"] });
  defer(t, again.stop);
  await untilElement(page, "live");
  assert.equal((await shown(page)).status, "");
});

test("out of the page it is off the air, with the camera off and nothing left behind", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const page = await openElements(await launchChromium(t), relay, { inject: [counters] });
  const before = await page.evaluate(() => counts());
  await goLive(page);
  const tracks = await page.evaluate(() => {
    window.tracks = element.stream.getTracks();
    element.remove();
    return tracks.length;
  });
  assert.equal(tracks, 2);
  await untilElement(page, "stopped");
  await until(page, () => tracks.every(({ readyState }) => readyState === "ended"));
  const wanted = { ...before, listeners: before.listeners + 4 }; // the test's own
  await until(page, (wanted) => JSON.stringify(counts()) === wanted, JSON.stringify(wanted)).catch(() => {});
  assert.deepEqual(await page.evaluate(() => counts()), wanted);
});

test("taken out while the browser asks for the camera, it switches it off when it comes", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const page = await openElements(await launchChromium(t), relay);
  await page.evaluate(() => {
    const { getUserMedia } = navigator.mediaDevices;
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      await new Promise((resolve) => (window.permit = resolve));
      return (window.late = await getUserMedia.call(navigator.mediaDevices, wanted));
    };
  });
  await put(page, `<blobcast-recorder src="/lobby"></blobcast-recorder>`);
  await press(page);
  await untilShown(page, "status", "Waiting for your permission…");
  await page.evaluate(() => element.remove());
  await untilElement(page, "stopped");
  await page.evaluate(() => permit());
  await until(page, () => window.late?.getTracks().every(({ readyState }) => readyState === "ended"));
});

test("a stream of the page's own is broadcast, and its tracks stay the page's", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const page = await openElements(await launchChromium(t), relay);
  await ownStream(page);
  await put(page, `<blobcast-recorder src="/lobby"></blobcast-recorder>`);
  await page.evaluate(() => (element.stream = own));
  await press(page);
  await untilElement(page, "live");
  await page.evaluate(() => element.remove());
  await untilElement(page, "stopped");
  assert.equal(await page.evaluate(() => own.getTracks()[0].readyState), "live");
});

test("moved within the page, and given another source, the same recording goes on", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const page = await openElements(await launchChromium(t), relay);
  await ownStream(page);
  await goLive(page);
  await page.evaluate(() => {
    window.before = element.recording;
    window.camera = element.stream.getTracks();
    document.querySelector("#there").append(element);
  });
  await untilFrames(page, 10); // the preview's

  await page.evaluate(() => (element.stream = own));
  await until(page, () => camera.every(({ readyState }) => readyState === "ended"));
  const viewer = await openBare(await launchChromium(t), relay);
  await view(viewer, {});
  await until(viewer, () => video.videoWidth === 320);

  await page.evaluate(() => (element.stream = null));
  await until(viewer, () => video.videoWidth > 320);
  assert.deepEqual(
    await page.evaluate(() => [element.recording === before, own.getTracks()[0].readyState, element.stream !== own, log.states, log.errors]),
    [true, "live", true, ["connecting", "live"], []],
  );
});

test("under another name the same camera goes on air", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const page = await openElements(await launchChromium(t), relay);
  await goLive(page);
  await page.evaluate(() => {
    window.before = { recording: element.recording, stream: element.stream };
    element.src = "/other";
  });
  await until(page, () => element.recording && element.recording !== before.recording && element.state === "live");
  assert.equal(await page.evaluate(() => element.stream === before.stream), true);
  const viewer = await openBare(await launchChromium(t), relay);
  await view(viewer, { name: "other" });
  await until(viewer, () => video.getVideoPlaybackQuality().totalVideoFrames > 10);
});

test("when the source ends, so does the broadcast; when another takes the name over, it says so", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const page = await openElements(await launchChromium(t), relay);
  await goLive(page);
  await page.evaluate(() => element.stream.getTracks().forEach((track) => track.stop()));
  await untilShown(page, "status", "Your broadcast has ended");
  await until(page, () => element.recording === null && element.stream === null);

  await press(page);
  await untilElement(page, "live");
  const other = await openBare(await launchChromium(t), relay);
  await other.evaluate(async () => (window.recording = await startRecording(await sources.camera(), here())));
  await until(page, () => element.error?.code === 4409);
  assert.notEqual((await shown(page)).alert, "");
  await until(page, () => element.stream === null);
});

test("axe-core finds nothing wrong with what a recorder shows", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const page = await openElements(await launchChromium(t), relay);
  await put(page, `<blobcast-recorder src="/lobby"></blobcast-recorder>`);
  await assertAccessible(page, "before the start");
  await press(page);
  await untilElement(page, "live");
  await assertAccessible(page, "live");
  await page.evaluate(() => element.stop());
  await refuse(page, "NotAllowedError");
  await press(page);
  await until(page, () => element.error);
  await assertAccessible(page, "the camera is refused");
});
