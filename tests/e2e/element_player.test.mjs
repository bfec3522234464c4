// <blobcast-player>: a broadcast on a page of nothing but HTML.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startRelay } from "../../scripts/relay.mjs";
import { address } from "../../src/js/element/address.js";
import { launchChromium, LOST } from "./harness/browser.mjs";
import { BROWSERS } from "./harness/browsers.mjs";
import { defer } from "./harness/cleanup.mjs";
import { counters } from "./harness/counters.js";
import { assertAccessible, openElements, put, shown, untilElement, untilFrames, untilPicture, untilShown } from "./harness/elements.mjs";
import { openBare, record, relayFor, until } from "./harness/pages.mjs";

const LIVE = { status: "", alert: "", button: "", badge: "" };

/** A relay, and a page that broadcasts to it when it is told. */
async function studio(t, options) {
  const relay = await relayFor(t);
  return { relay, broadcaster: await openBare(await launchChromium(t), relay, options) };
}

/** Looks without the user gesture that puppeteer's own `evaluate` pretends. */
async function untilUntouched(page, condition) {
  const session = await page.createCDPSession();
  const wait = (condition) =>
    new Promise((resolve) => {
      const look = () => (condition() ? resolve() : requestAnimationFrame(look));
      look();
    });
  await session.send("Runtime.evaluate", { expression: `(${wait})(${condition})`, awaitPromise: true, userGesture: false });
}

// In the short form package_policy.test.mjs plays by the element in Firefox.
for (const [name, launch] of Object.entries(BROWSERS)) {
  test(`a page of only HTML plays a broadcast in ${name}`, { timeout: 60_000 }, async (t) => {
    const { relay, broadcaster } = await studio(t);
    await record(broadcaster, "camera");
    const page = await (await launch(t)).open(`${relay.url}element.html`);
    await until(page, () => {
      const video = document.querySelector("blobcast-player")?.video;
      return video?.controls && video.getVideoPlaybackQuality().totalVideoFrames > 20;
    });
    const { state, pixel } = await page.evaluate(() => {
      const { state, video } = document.querySelector("blobcast-player");
      const context = new OffscreenCanvas(16, 9).getContext("2d");
      context.drawImage(video, 0, 0, 16, 9);
      return { state, pixel: [...context.getImageData(4, 4, 1, 1).data] };
    });
    assert.equal(state, "live");
    assert.ok(pixel[1] > 50 && pixel[1] > pixel[0] && pixel[3] === 255, `the test picture is green, this is ${pixel}`);
  });

  test(`${name} shows that it waits, plays, and that it has ended, and plays on when the broadcast begins again`, { timeout: 60_000 }, async (t) => {
    const { relay, broadcaster } = await studio(t);
    const page = await openElements(await launch(t), relay);
    await put(page, `<blobcast-player src="/lobby" muted autoplay></blobcast-player>`);
    await untilShown(page, "status", "Waiting for the broadcaster");
    await assertState(page, "waiting");
    await record(broadcaster, "camera");
    await untilPicture(page);
    assert.deepEqual(await shown(page), LIVE);
    await assertState(page, "live");
    await broadcaster.evaluate(() => recording.stop());
    await untilShown(page, "status", "The broadcast has ended");
    await assertState(page, "ended");
    await record(broadcaster, "camera");
    await untilElement(page, "live");
    await untilFrames(page, 10);
    assert.deepEqual(await shown(page), LIVE);
    assert.deepEqual(await page.evaluate(() => log.states), ["connecting", "waiting", "live", "ended", "live"]);
    assert.ok(await page.evaluate(() => log.stats > 0));
  });

  test(`${name} shows that the relay is away, and goes on when it is back`, { timeout: 90_000 }, async (t) => {
    const { relay, broadcaster } = await studio(t, { expects: LOST });
    await record(broadcaster, "camera");
    const page = await openElements(await launch(t), relay, { expects: LOST });
    await put(page, `<blobcast-player src="/lobby" muted autoplay></blobcast-player>`);
    await untilPicture(page);
    process.kill(relay.pid, "SIGKILL");
    await relay.exit;
    await untilShown(page, "status", "Connection lost. Reconnecting…");
    const again = await startRelay({ www: "tests/e2e/pages", args: ["--listen", `127.0.0.1:${relay.port}`, "--log", "warn"] });
    defer(t, again.stop);
    await untilElement(page, "live");
    await untilFrames(page, 10);
    assert.deepEqual(await shown(page), LIVE);
  });
}

/** The element's state is there for CSS. */
async function assertState(page, state) {
  const matches = await page.evaluate((state) => element.matches(`:state(${state})`), state);
  assert.ok(matches, `:state(${state})`);
}

test("where the browser refuses to play with sound, a button brings it, by the keyboard as well", { timeout: 60_000 }, async (t) => {
  const { relay, broadcaster } = await studio(t);
  await record(broadcaster, "camera");
  const untouched = await launchChromium(t, { autoplay: false });
  const page = await openElements(untouched, relay, { html: `<blobcast-player src="/lobby" autoplay></blobcast-player>` });
  await untilUntouched(page, () => window.shown?.().button === "Tap to unmute" && hasPicture() && element.muted);
  await untilUntouched(page, () => !navigator.userActivation.hasBeenActive && log.muted === 1);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await until(page, () => !element.muted && shown().button === "");
  await untilFrames(page, 10);
  assert.equal(await page.evaluate(() => element.paused), false);
  assert.equal(await page.evaluate(() => document.activeElement === element), true, "the keyboard goes on from here");
});

test("a page that asked for a muted video is offered no sound", { timeout: 60_000 }, async (t) => {
  const { relay, broadcaster } = await studio(t);
  await record(broadcaster, "camera");
  const untouched = await launchChromium(t, { autoplay: false });
  const page = await openElements(untouched, relay, { html: `<blobcast-player src="/lobby" autoplay muted></blobcast-player>` });
  await untilUntouched(page, () => window.hasPicture?.() && shown().status === "");
  assert.deepEqual(await shown(page), LIVE);
});

test("where the browser refuses to play at all, a button plays", { timeout: 60_000 }, async (t) => {
  const { relay, broadcaster } = await studio(t);
  await record(broadcaster, "camera");
  const refusing = () => {
    const { play } = HTMLMediaElement.prototype;
    window.permits = false;
    HTMLMediaElement.prototype.play = function () {
      return window.permits ? play.call(this) : Promise.reject(new DOMException("not before a click", "NotAllowedError"));
    };
  };
  const page = await openElements(await launchChromium(t), relay, { inject: [refusing] });
  await put(page, `<blobcast-player src="/lobby" autoplay muted controls></blobcast-player>`);
  await untilShown(page, "button", "Play");
  await untilElement(page, "live");
  assert.equal((await page.evaluate(() => log.errors))[0].name, "NotAllowedError");
  await page.evaluate(() => (window.permits = true));
  await page.evaluateHandle(() => element.shadowRoot.querySelector("button")).then((button) => button.click());
  await untilShown(page, "button", "");
  await untilFrames(page, 10);
  assert.deepEqual(await shown(page), LIVE);
});

test("without autoplay nothing is loaded before play", { timeout: 60_000 }, async (t) => {
  const { relay, broadcaster } = await studio(t);
  await record(broadcaster, "camera");
  const page = await openElements(await launchChromium(t), relay);
  await put(page, `<blobcast-player src="/lobby" muted></blobcast-player>`);
  await untilShown(page, "button", "Play");
  const loaded = () => page.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith(".wasm")));
  assert.equal(await loaded(), false);
  await page.evaluate(() => element.play());
  assert.equal(await loaded(), true);
  await untilFrames(page, 10);
  await page.evaluate(() => element.stop());
  assert.deepEqual(await shown(page), { ...LIVE, button: "Play" });
  assert.equal(await page.evaluate(() => element.viewing), null);
});

test("attributes that change take effect at once", { timeout: 60_000 }, async (t) => {
  const { relay, broadcaster } = await studio(t);
  await record(broadcaster, "camera");
  const page = await openElements(await launchChromium(t), relay, { expects: LOST });
  // Nobody answers there: the start that is given up must not be in the way of the next one.
  await put(page, `<blobcast-player src="ws://127.0.0.1:1/lobby" muted autoplay></blobcast-player>`);
  await untilElement(page, "connecting");
  await page.evaluate(() => (element.src = "/lobby"));
  await untilPicture(page);
  await page.evaluate(() => (window.before = element.viewing));

  await page.evaluate(() => ((element.src = ""), (element.url = location.origin), (element.name = "elsewhere")));
  await untilShown(page, "status", "Waiting for the broadcaster");
  assert.equal(await page.evaluate(() => before !== element.viewing && before.state), "stopped");
  await page.evaluate(() => (element.name = "lobby"));
  await untilFrames(page, 10);

  const video = () => page.evaluate(() => [element.video.muted, element.video.controls, element.video.getAttribute("poster")]);
  assert.deepEqual(await video(), [true, false, null]);
  await page.evaluate(() => {
    element.removeAttribute("muted");
    element.controls = true;
    element.poster = "data:,";
  });
  assert.deepEqual(await video(), [false, true, "data:,"]);

  await page.evaluate(() => (element.name = element.url = element.src = null));
  await untilElement(page, "stopped");
  assert.deepEqual(await shown(page), LIVE);
});

test("out of the page it leaves nothing behind, and moved within the page it goes on", { timeout: 60_000 }, async (t) => {
  const { relay, broadcaster } = await studio(t);
  await record(broadcaster, "camera");
  const page = await openElements(await launchChromium(t), relay, { inject: [counters] });
  const before = await page.evaluate(() => counts());
  await put(page, `<blobcast-player src="/lobby" muted autoplay></blobcast-player>`);
  await untilPicture(page);
  await page.evaluate(() => (window.before = element.viewing));
  await page.evaluate(async () => {
    element.remove();
    await null;
    document.querySelector("#there").append(element);
  });
  await untilFrames(page, 30);
  assert.deepEqual(await page.evaluate(() => [element.viewing === before, log.states]), [true, ["connecting", "live"]]);

  for (const remove of [() => element.remove(), () => (element.src = "/elsewhere", element.remove())]) {
    await page.evaluate(remove);
    await untilElement(page, "stopped");
    await until(page, (wanted) => JSON.stringify(counts()) === wanted, JSON.stringify({ ...before, listeners: before.listeners + 4 })).catch(() => {});
    // The test's own four listeners stay.
    assert.deepEqual(await page.evaluate(() => counts()), { ...before, listeners: before.listeners + 4 });
    await page.evaluate(() => (element.src = "/lobby", document.querySelector("#here").append(element)));
    await untilElement(page, "live");
    await untilFrames(page, 10);
  }
});

test("what it cannot play, and what went wrong, is said; a page may say it in words of its own", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const page = await openElements(await launchChromium(t), relay);
  await page.evaluate(() => delete window.VideoDecoder);
  await put(page, `<blobcast-player src="/lobby" mode="realtime" autoplay></blobcast-player>`);
  await until(page, () => element.error?.name === "NotSupportedError");
  const { alert, button } = await shown(page);
  assert.match(alert, /realtime/);
  assert.equal(button, "", "it would be refused again");

  await page.evaluate(() => element.setAttribute("mode", "auto"));
  await untilShown(page, "status", "Waiting for the broadcaster");
  await page.evaluate(() => (element.name = "not a name"));
  await until(page, () => element.error?.name === "TypeError");
  assert.match((await shown(page)).alert, /name/);
  assert.equal((await shown(page)).button, "Try again");

  await put(page, `<blobcast-player src="/lobby" autoplay><b slot="waiting">Um acht geht es los</b></blobcast-player>`);
  await untilShown(page, "status", "Um acht geht es los");
});

test("a token is a string or a function, and may be set before the element is defined", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const page = await openElements(await launchChromium(t), relay);
  const asked = await page.evaluate(async () => {
    const player = document.createElement("blobcast-player");
    let asked = 0;
    player.src = "/lobby";
    player.token = async () => `token-${++asked}`;
    document.body.append(player);
    await player.play();
    await player.stop();
    return [asked > 0, player.hasAttribute("token"), ((player.token = "word"), player.getAttribute("token")), ((player.token = null), player.token)];
  });
  assert.deepEqual(asked, [true, false, "word", ""]);
});

test("axe-core finds nothing wrong with what a player shows", { timeout: 90_000 }, async (t) => {
  const { relay, broadcaster } = await studio(t);
  const page = await openElements(await launchChromium(t), relay);
  await put(page, `<blobcast-player src="/lobby" muted></blobcast-player>`);
  await assertAccessible(page, "before the start");
  await page.evaluate(() => element.play());
  await untilElement(page, "waiting");
  await assertAccessible(page, "waiting");
  await record(broadcaster, "camera");
  await untilPicture(page);
  await page.evaluate(() => (element.controls = true));
  await assertAccessible(page, "live");
  await broadcaster.evaluate(() => recording.stop());
  await untilElement(page, "ended");
  await assertAccessible(page, "ended");
  await page.evaluate(() => (element.name = "not a name"));
  await until(page, () => element.error);
  await assertAccessible(page, "an error");
});

test("src says the relay and the broadcast, and beside a name the relay alone", () => {
  const at = (attributes) => address(attributes, "https://page.example/dir/page.html");
  assert.deepEqual(at({ src: "wss://host:1/lobby" }), { url: "wss://host:1", name: "lobby" });
  assert.deepEqual(at({ src: "wss://host/rooms/lobby/?x" }), { url: "wss://host", name: "rooms/lobby" });
  assert.deepEqual(at({ src: "/lobby" }), { url: "https://page.example", name: "lobby" });
  assert.deepEqual(at({ src: "wss://host/live", name: "lobby" }), { url: "wss://host/live", name: "lobby" });
  assert.deepEqual(at({ url: "../relay", name: "lobby", src: "wss://other/x" }), { url: "https://page.example/relay", name: "lobby" });
  const relays = ["wss://a.example/live", "https://page.example/relay"];
  assert.deepEqual(at({ url: " wss://a.example/live\n ../relay ", name: "lobby" }), { url: relays, name: "lobby" });
  assert.deepEqual(at({ src: "wss://host" }), { url: "wss://host", name: "" });
  assert.deepEqual(at({ src: "http://:" }), { url: "http://:", name: "" });
  assert.equal(at({ name: "lobby" }), null);
});

test("imported without a browser it defines nothing and does not fail", async () => {
  const { BlobcastPlayer, BlobcastRecorder } = await import("../../pkg/element.js");
  assert.deepEqual([typeof BlobcastPlayer, typeof BlobcastRecorder, globalThis.customElements], ["function", "function", undefined]);
});
