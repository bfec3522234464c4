// A token is asked for before every connection, and travels beside the subprotocol.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { fakeRelay } from "./harness/fake_relay.mjs";
import { logOf, openBare, relayFor, until, untilState } from "./harness/pages.mjs";

/** Both sides: what is there once it has started. */
const SIDES = {
  recording: { role: "publish", state: "live" },
  viewing: { role: "view", state: "waiting" },
};

/** Functions that give no token, and what the page is told. */
const FAILING = {
  "that throws": { token: () => { throw new Error("nobody is logged in"); }, name: "NotAllowedError", message: /token.*nobody is logged in/ },
  "that rejects": { token: () => Promise.reject(new Error("no login server")), name: "NotAllowedError", message: /token.*no login server/ },
  "that gives nothing": { token: () => undefined, name: "TypeError", message: /token.*string/ },
  "that promises a number": { token: async () => 7, name: "TypeError", message: /token.*string/ },
  "that gives two words": { token: () => "two words", name: "TypeError", message: /token.*letters/ },
  "that gives an empty string": { token: () => "", name: "TypeError", message: /token.*letters/ },
};

async function open(t) {
  const pages = await relayFor(t);
  const relay = await fakeRelay(t);
  const page = await openBare(await launchChromium(t), pages, { expects: /WebSocket connection/ });
  await page.evaluate(() => (window.asked = 0));
  return { relay, page };
}

/** Starts with a token function, which crosses over as text; what the call was refused with, or null. */
const start = (page, kind, relay, token) =>
  page.evaluate(
    async (kind, url, token) => {
      window.token = eval(`(${token})`);
      const options = { url, token: () => window.token() };
      return refusal(kind === "recording" ? window.record("camera", options) : window.view(options));
    },
    kind,
    relay.wsUrl,
    String(token),
  );

for (const [kind, { role, state }] of Object.entries(SIDES)) {
  for (const [how, token] of Object.entries({
    "a function": () => `token-${++window.asked}`,
    "an async function": async () => `token-${++window.asked}`,
  })) {
    test(`a ${kind} asks ${how} before each connection`, { timeout: 60_000 }, async (t) => {
      const { relay, page } = await open(t);
      assert.equal(await start(page, kind, relay, token), null);
      for (const which of ["chunk", "blob"]) {
        const back = relay.next(`${role}/${which}`);
        relay.close(`${role}/${which}`, 1006);
        await back;
        await untilState(page, kind, state);
      }
      const tokens = relay.connections.map(({ token }) => token);
      assert.deepEqual(tokens.toSorted(), ["token-1", "token-2", "token-3", "token-4"]);
      assert.deepEqual((await logOf(page, kind)).errors, []);
    });
  }

  test(`a ${kind} with a function that gives no token`, { timeout: 60_000 }, async (t) => {
    const { relay, page } = await open(t);
    for (const [how, { token, name, message }] of Object.entries(FAILING)) {
      await t.test(how, async () => {
        const error = await start(page, kind, relay, token);
        assert.deepEqual([error?.isError, error?.name], [true, name], error?.message);
        assert.match(error.message, message);
        assert.equal(relay.connections.length, 0);
      });
    }
  });

  test(`a ${kind} tries again when its function gives no token on a reconnect`, { timeout: 60_000 }, async (t) => {
    const { relay, page } = await open(t);
    assert.equal(await start(page, kind, relay, () => "good"), null);
    for (const [how, { token }] of Object.entries(FAILING)) {
      await t.test(how, async () => {
        await page.evaluate((token) => {
          const fails = eval(`(${token})`);
          window.failed = 0;
          window.token = () => (window.failed++, fails());
        }, String(token));
        const came = relay.connections.length;
        relay.close(`${role}/chunk`, 1006);
        await until(page, () => window.failed >= 2);
        assert.equal(relay.connections.length, came);

        const back = relay.next(`${role}/chunk`);
        await page.evaluate(() => (window.token = () => "good-again"));
        assert.equal((await back).token, "good-again");
        await untilState(page, kind, state);
      });
    }
    assert.deepEqual((await logOf(page, kind)).errors, []);
  });
}
