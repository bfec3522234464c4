// An AbortSignal: aborted while a call connects, as if it had never been; aborted later, the end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { BROWSERS } from "./harness/browsers.mjs";
import { counters } from "./harness/counters.js";
import { openElements, put, untilElement } from "./harness/elements.mjs";
import { fakeRelay } from "./harness/fake_relay.mjs";
import { openBare, relayFor, until, untilState } from "./harness/pages.mjs";

/** What browsers say about sockets that are closed while they open. */
const CLOSED = /WebSocket|was interrupted|Firefox can/;

/** A bare page with `call(kind, options)`, and a relay that a test has in hand. */
async function open(t, launch) {
  const pages = await relayFor(t);
  const relay = await fakeRelay(t);
  const page = await openBare(await launch(t), pages, { inject: [counters], expects: CLOSED });
  await page.evaluate((url) => {
    window.controller = new AbortController();
    window.call = async (kind, options) => {
      const all = here({ url, signal: controller.signal, ...options });
      return kind === "viewing" ? startViewing(video, all) : startRecording((window.stream ??= await sources.small()), all);
    };
    /** How a call ends: with the signal's reason and no other? */
    window.outcome = async (promise) => {
      const { signal } = controller;
      window.controller = new AbortController();
      const error = await promise.then(() => null, (error) => error);
      return { isReason: error !== null && error === signal.reason, name: error?.name, src: video.hasAttribute("src") };
    };
  }, relay.wsUrl);
  return { pages, relay, page };
}

const ABORTED = { isReason: true, name: "AbortError", src: false };

/** Nothing of a call is in the page any more; sockets close after a round trip. */
async function assertNothing(page) {
  const isEmpty = () => Object.values(counts()).every((count) => count === 0);
  await until(page, isEmpty).catch(() => {});
  const left = Object.entries(await page.evaluate(() => counts())).filter(([, count]) => count > 0);
  assert.deepEqual(left, []);
}

for (const [browser, launch] of Object.entries(BROWSERS)) {
  for (const kind of ["recording", "viewing"]) {
    test(`in ${browser}, a ${kind} that is aborted while it connects has never been`, { timeout: 90_000 }, async (t) => {
      const { relay, page } = await open(t, launch);
      // The sources of the test draw for ever.
      await page.evaluate(async () => (window.stream = await sources.silentCamera()));

      await t.test("before the call", async () => {
        const outcome = await page.evaluate((kind) => {
          controller.abort();
          window.asked = 0;
          return outcome(call(kind, { token: () => window.asked++ }));
        }, kind);
        assert.deepEqual(outcome, ABORTED);
        assert.equal(await page.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith(".wasm"))), false);
        await assertNothing(page);
      });

      await t.test("while the module loads", async () => {
        const outcome = await page.evaluate(async (kind) => {
          const called = call(kind, { token: () => window.asked++ });
          await null;
          controller.abort();
          const ended = await outcome(called);
          await blobcast.init();
          return ended;
        }, kind);
        assert.deepEqual(outcome, ABORTED);
        await assertNothing(page);
        assert.equal(await page.evaluate(() => window.asked), 0, "no token is asked for");
      });

      await t.test("while the token is asked for", async () => {
        const outcome = await page.evaluate(async (kind) => {
          const asked = new Promise((resolve) => {
            window.token = () => (resolve(), new Promise((give) => (window.give = give)));
          });
          const called = call(kind, { token: () => window.token() });
          await asked;
          controller.abort();
          const ended = await outcome(called);
          give("late");
          return ended;
        }, kind);
        assert.deepEqual(outcome, ABORTED);
        await assertNothing(page);
        assert.equal(relay.connections.length, 0, "no socket was opened");
      });

      await t.test("while the relay says nothing, with a reason of the page's own", async () => {
        relay.isSilent = true;
        const role = kind === "viewing" ? "view" : "publish";
        const connected = Promise.all([relay.next(`${role}/blob`), relay.next(`${role}/chunk`)]);
        await page.evaluate((kind) => void (window.called = call(kind)), kind);
        await connected;
        const outcome = await page.evaluate(() => {
          controller.abort(new Error("enough"));
          return outcome(called);
        });
        assert.deepEqual(outcome, { ...ABORTED, name: "Error" });
        await assertNothing(page);
        relay.isSilent = false;
      });

      assert.equal(await page.evaluate(() => stream.getTracks()[0].readyState), "live", "its tracks stay the page's");
    });

    test(`in ${browser}, a ${kind} that is aborted later is stopped`, { timeout: 90_000 }, async (t) => {
      const { page } = await open(t, launch);
      await page.evaluate(async () => (window.stream = await sources.silentCamera()));
      const start = () => page.evaluate(async (kind) => void (window[kind] = await call(kind)), kind);
      await start();
      await page.evaluate(() => controller.abort());
      await untilState(page, kind, "stopped");
      await assertNothing(page);

      await page.evaluate(() => (window.controller = new AbortController()));
      await start();
      await page.evaluate((kind) => window[kind].stop(), kind);
      await assertNothing(page); // on a signal that lives on neither
      await page.evaluate(() => controller.abort());
      assert.equal(await page.evaluate((kind) => window[kind].state, kind), "stopped");
    });
  }

  test(`in ${browser}, a recording that is aborted before the relay has a piece stops its recorder`, { timeout: 90_000 }, async (t) => {
    const { relay, page } = await open(t, launch);
    relay.isDeaf = true;
    await page.evaluate(async () => (window.stream = await sources.silentCamera()));
    await page.evaluate(() => void (window.called = call("recording")));
    await until(page, () => counts().recorders === 1);
    const outcome = await page.evaluate(() => {
      controller.abort();
      return Promise.all([outcome(called), counts().recorders]);
    });
    assert.deepEqual(outcome, [ABORTED, 0]);
    await assertNothing(page);
  });

  test(`in ${browser}, an element that is taken out while it connects leaves nothing behind`, { timeout: 90_000 }, async (t) => {
    const pages = await relayFor(t);
    const relay = await fakeRelay(t);
    const page = await openElements(await launch(t), pages, { inject: [counters], expects: CLOSED });
    const wanted = await page.evaluate(() => counts());
    for (const name of ["player", "recorder"]) {
      for (const isSilent of [true, false]) {
        relay.isSilent = isSilent;
        relay.connections.length = 0;
        wanted.listeners += 4; // the test's own
        await put(page, `<blobcast-${name} src="${relay.wsUrl}/lobby"></blobcast-${name}>`);
        await page.evaluate((isSilent) => {
          // Silent relays are reached by a token that is there, others wait for one.
          const asked = new Promise((resolve) => {
            element.token = isSilent ? "token" : () => (resolve(), new Promise((give) => (window.give = give)));
          });
          const started = element.play?.() ?? element.start();
          started.catch(() => {});
          return isSilent || asked;
        }, isSilent);
        if (isSilent) await until(page, () => counts().sockets === 2);
        await page.evaluate(() => {
          window.tracks = element.stream?.getTracks() ?? [];
          element.remove();
        });
        await untilElement(page, "stopped");
        await page.evaluate(() => window.give?.("late"));
        assert.deepEqual(await page.evaluate(() => tracks.map(({ readyState }) => readyState)), name === "recorder" ? ["ended", "ended"] : []);
        await until(page, (wanted) => JSON.stringify(counts()) === wanted, JSON.stringify(wanted)).catch(() => {});
        assert.deepEqual(await page.evaluate(() => counts()), wanted, name);
        assert.equal(await page.evaluate(() => element.video.hasAttribute("src")), false);
        if (!isSilent) assert.equal(relay.connections.length, 0, "no socket was opened");
      }
    }
  });
}

test("what is no signal is refused", { timeout: 60_000 }, async (t) => {
  const { page } = await open(t, launchChromium);
  const errors = await page.evaluate(async () => [
    await refusal(call("viewing", { signal: controller })),
    await refusal(call("recording", { signal: "soon" })),
  ]);
  for (const { name, message } of errors) assert.deepEqual([name, message], ["TypeError", "signal takes an AbortSignal, such as an AbortController has"]);
});
