// What follows each close code of docs/PROTOCOL.md, on both sides: an end that tells why, or coming back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { counters } from "./harness/counters.js";
import { fakeRelay } from "./harness/fake_relay.mjs";
import { logOf, openBare, record, relayFor, until, untilState, view } from "./harness/pages.mjs";

const FINAL = { 1000: "NetworkError", 1009: "NetworkError", 4400: "NetworkError", 4403: "NotAllowedError", 4404: "NetworkError", 4409: "AbortError" };
const COME_BACK = [1001, 1006, 1012, 3000, 4408, 4424];
const REASON = "what happened and what to do";

/** Both sides: how to start, and what is there then. */
const SIDES = {
  recording: { role: "publish", start: (page, options) => record(page, "camera", options), state: "live" },
  viewing: { role: "view", start: view, state: "waiting" },
};

/** A page, and a relay that closes as it is told. */
async function open(t) {
  const pages = await relayFor(t);
  const relay = await fakeRelay(t);
  const page = await openBare(await launchChromium(t), pages, { inject: [counters], expects: /WebSocket connection/ });
  return { relay, page };
}

/** What a first call is refused with. */
const refusals = {
  recording: (page, options) => page.evaluate(async (options) => refusal(startRecording(await sources.camera(), here(options))), options),
  viewing: (page, options) => page.evaluate((options) => refusal(startViewing(video, here(options))), options),
};

/** Nothing in the page is left that could connect again. */
const assertStaysAway = (page) => until(page, () => counts().sockets === 0 && counts().timers === 0);

test("a viewing of what nobody broadcasts, at a relay that lets nobody wait", { timeout: 90_000 }, async (t) => {
  const relay = await relayFor(t, "--no-waiting");
  const page = await openBare(await launchChromium(t), relay, { inject: [counters], expects: /WebSocket connection/ });
  const message = "nobody broadcasts under this name: come when the broadcast has begun (close code 4404)";
  assert.deepEqual(await refusals.viewing(page), { isError: true, name: "NetworkError", message, code: 4404 });
  await assertStaysAway(page);
  await record(page, "camera");
  await view(page);
  await untilState(page, "viewing", "live");
});

for (const [kind, { role, start, state }] of Object.entries(SIDES)) {
  test(`a ${kind} and the codes that are final`, { timeout: 90_000 }, async (t) => {
    const { relay, page } = await open(t);
    for (const [index, [code, name]] of Object.entries(FINAL).entries()) {
      await start(page, { url: relay.wsUrl });
      const came = relay.connections.length;
      relay.close(`${role}/${["blob", "chunk"][index % 2]}`, Number(code), REASON);
      await untilState(page, kind, "ended");
      const { errors } = await logOf(page, kind);
      assert.deepEqual(errors, [{ name, message: `${REASON} (close code ${code})`, code: Number(code) }]);
      await assertStaysAway(page);
      assert.equal(relay.connections.length, came, `it came back after ${code}`);
    }
  });

  test(`a ${kind} that is refused for good before it began`, { timeout: 90_000 }, async (t) => {
    const { relay, page } = await open(t);
    for (const [code, name] of Object.entries({ ...FINAL, 4401: "NotAllowedError" })) {
      relay.connections.length = 0;
      relay.refuse = () => [Number(code), REASON];
      const { message, ...error } = await refusals[kind](page, { url: relay.wsUrl, token: () => "t" });
      assert.deepEqual({ ...error, message }, { isError: true, name, message: `${REASON} (close code ${code})`, code: Number(code) });
      await assertStaysAway(page);
      const tries = code === "4401" ? 2 : 1; // one more, with a fresh token
      const most = Math.max(...["blob", "chunk"].map((which) => relay.connections.filter((one) => one.which === which).length));
      assert.equal(most, tries, `${code}`);
    }
  });

  test(`a ${kind} whose token is refused later tries once more`, { timeout: 90_000 }, async (t) => {
    const { relay, page } = await open(t);
    await start(page, { url: relay.wsUrl, token: "t" });
    for (const which of ["blob", "chunk"]) {
      const back = relay.next(`${role}/${which}`);
      relay.close(`${role}/${which}`, 4401, REASON);
      assert.equal((await back).token, "t");
      await untilState(page, kind, state);
    }
    const came = relay.connections.length;
    relay.refuse = () => [4401, REASON];
    relay.close(`${role}/chunk`, 4401, REASON);
    await untilState(page, kind, "ended");
    assert.deepEqual((await logOf(page, kind)).errors, [{ name: "NotAllowedError", message: `${REASON} (close code 4401)`, code: 4401 }]);
    await assertStaysAway(page);
    assert.equal(relay.connections.length, came + 1);
  });

  test(`a ${kind} that is never paired tells so when its time is over`, { timeout: 90_000 }, async (t) => {
    const { relay, page } = await open(t);
    const reason = "balance by session";
    relay.refuse = () => [4424, reason];
    const error = await refusals[kind](page, { url: relay.wsUrl, connectTimeout: 2000 });
    assert.deepEqual([error.isError, error.name, error.code], [true, "TimeoutError", 4424]);
    assert.match(error.message, new RegExp(`${relay.wsUrl} within 2 s.*${reason} \\(close code 4424\\)`));
    await assertStaysAway(page);
  });

  test(`a ${kind} and the codes after which it comes back`, { timeout: 90_000 }, async (t) => {
    const { relay, page } = await open(t);
    await start(page, { url: relay.wsUrl });
    for (const [index, code] of COME_BACK.entries()) {
      const alone = `${role}/${["blob", "chunk"][index % 2]}`;
      for (const closed of [[alone], [`${role}/blob`, `${role}/chunk`]]) {
        const { session } = relay.find(alone);
        const came = relay.connections.length;
        const back = closed.map((kind) => relay.next(kind));
        for (const kind of closed) relay.close(kind, code, REASON);
        for (const connection of await Promise.all(back)) assert.equal(connection.session, session);
        await untilState(page, kind, state);
        assert.equal(relay.connections.length - came, closed.length, `${closed} and no other after ${code}`);
      }
    }
    assert.deepEqual((await logOf(page, kind)).errors, []);
  });

  test(`a ${kind} stays away for the seconds of a 4429, with both sockets`, { timeout: 90_000 }, async (t) => {
    const { relay, page } = await open(t);
    await start(page, { url: relay.wsUrl });
    for (const [first, other] of [["blob", "chunk"], ["chunk", "blob"]]) {
      const back = [first, other].map((which) => relay.next(`${role}/${which}`));
      const began = performance.now();
      relay.close(`${role}/${first}`, 4429, "2 seconds: too many are here");
      relay.close(`${role}/${other}`, 1006);
      for (const { kind, at } of await Promise.all(back)) {
        assert.ok(at - began >= 2000, `${kind} came back after ${at - began} ms`);
        t.diagnostic(`${kind}: after ${Math.round(at - began)} ms`);
      }
      await untilState(page, kind, state);
    }
    assert.deepEqual((await logOf(page, kind)).errors, []);
  });
}
