// A list of relays as `url`: which of them both sides come to, by what happens to the one where they are.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { fakeRelay } from "./harness/fake_relay.mjs";
import { freePort } from "./harness/free_port.mjs";
import { logOf, openBare, record, relayFor, statsOf, untilState, view } from "./harness/pages.mjs";

/** What browsers say of relays that are not there, or stay silent. */
const LOST = /WebSocket connection|Failed to load resource|net::ERR_/;
const REASON = "what happened and what to do";

/** Both sides: how to start, and what is there then. */
const SIDES = {
  recording: { role: "publish", start: (page, options) => record(page, "camera", options), state: "live" },
  viewing: { role: "view", start: view, state: "waiting" },
};

for (const [kind, { role, start, state }] of Object.entries(SIDES)) {
  const SOCKETS = [`${role}/blob`, `${role}/chunk`];

  /** A page, and two relays that close as they are told. */
  async function open(t) {
    const pages = await relayFor(t);
    const relays = [await fakeRelay(t), await fakeRelay(t)];
    const page = await openBare(await launchChromium(t), pages, { expects: LOST });
    const url = relays.map(({ wsUrl }) => wsUrl);
    const stop = () => page.evaluate((kind) => window[kind].stop(), kind);
    return { page, url, relays, stop };
  }

  /** Both sockets come to a relay, of one session, and the page says so. */
  async function assertComesTo(page, relay, act) {
    const came = Promise.all(SOCKETS.map((socket) => relay.next(socket)));
    await act();
    const [blob, chunk] = await came;
    assert.equal(blob.session, chunk.session);
    await untilState(page, kind, state);
    assert.equal((await statsOf(page, kind)).url, relay.wsUrl);
    return [blob, chunk];
  }

  const closeBoth = (relay, code, reason = REASON) => SOCKETS.forEach((socket) => relay.close(socket, code, reason));

  test(`a ${kind} takes the first relay of a list, and the next one where nobody is or the first is full`, { timeout: 90_000 }, async (t) => {
    const { page, url, relays, stop } = await open(t);
    const [first, second] = relays;
    await assertComesTo(page, first, () => start(page, { url }));
    assert.equal(second.connections.length, 0);
    await stop();

    const nobody = `ws://127.0.0.1:${await freePort()}`;
    let asked = 0;
    const [blob] = await assertComesTo(page, second, () => start(page, { url: [nobody, second.wsUrl], token: "t" }));
    assert.equal(blob.token, "t");
    await stop();

    first.refuse = () => [4429, `60 s: ${++asked} are here`];
    await assertComesTo(page, second, () => start(page, { url }));
    // Both are full now: the first is left alone for as long as it asked for.
    const before = first.connections.length;
    second.refuse = ({ at }) => (at - closed < 3000 ? [4429, "3 s: too many are here"] : null);
    const closed = performance.now();
    const [back] = await assertComesTo(page, second, async () => {
      closeBoth(second, 4429, "3 s: too many are here");
      await untilState(page, kind, "reconnecting");
    });
    assert.ok(back.at - closed >= 3000, `${back.at - closed} ms`);
    assert.equal(first.connections.length, before);
    assert.deepEqual((await logOf(page, kind)).errors, []);
  });

  test(`a ${kind} goes round with both sockets, and a socket that is lost alone comes back where the other is`, { timeout: 90_000 }, async (t) => {
    const { page, url, relays } = await open(t);
    const [first, second] = relays;
    const [{ session }] = await assertComesTo(page, first, () => start(page, { url }));
    for (const alone of SOCKETS) {
      const back = first.next(alone);
      first.close(alone, 1006);
      await back;
      await untilState(page, kind, state);
    }
    assert.equal(second.connections.length, 0);
    for (const code of [1012, 1006, 4424]) {
      for (const [here, there] of [[first, second], [second, first]]) {
        const came = here.connections.length;
        const [blob] = await assertComesTo(page, there, () => closeBoth(here, code));
        assert.equal(blob.session, session);
        assert.equal(here.connections.length, came, `${code} at ${here.wsUrl}`);
      }
    }
    assert.deepEqual((await logOf(page, kind)).errors, []);
  });

  test(`a ${kind} passes over a relay that says nothing`, { timeout: 90_000 }, async (t) => {
    const { page, relays } = await open(t);
    const silent = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
    await once(silent, "listening");
    defer(t, async () => silent.close());
    const url = [`ws://127.0.0.1:${silent.address().port}`, relays[0].wsUrl];
    await assertComesTo(page, relays[0], () => start(page, { url })); // before `connectTimeout`
  });

  test(`a ${kind} that one relay refuses for good does not ask another, and a call that reaches none names all`, { timeout: 90_000 }, async (t) => {
    const { page, url, relays, stop } = await open(t);
    const [first, second] = relays;
    await start(page, { url });
    closeBoth(first, 4409);
    await untilState(page, kind, "ended");
    assert.equal(second.connections.length, 0);
    await stop();

    const nobody = await Promise.all([1, 2].map(async () => `ws://127.0.0.1:${await freePort()}`));
    const error = await page.evaluate(
      (kind, url) => (kind === "viewing" ? refusal(view({ url, connectTimeout: 1500 })) : refusal(record("camera", { url, connectTimeout: 1500 }))),
      kind,
      nobody,
    );
    assert.equal(error.name, "TimeoutError");
    assert.equal(error.message, `no relay answered at ${nobody.join(", ")} within 1500 ms; check that it runs there and that url names it`);
  });
}
