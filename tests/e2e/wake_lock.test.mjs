// The screen of a broadcaster stays on: the browser's real locks, counted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { hide } from "./harness/hidden.mjs";
import { logOf, openBare, record, relayFor, until } from "./harness/pages.mjs";

test("a broadcasting page holds a screen wake lock", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const browser = await launchChromium(t);
  const page = await openBare(browser, relay, { inject: [locks] });
  await record(page, "silentCamera");
  await until(page, () => locks.held() === 1);

  const show = await hide(browser, page);
  assert.equal(await page.evaluate(() => locks.held()), 0, "the browser releases the lock of a hidden page");
  await show();
  await until(page, () => locks.held() === 1);
  assert.equal(await page.evaluate(() => locks.granted.length), 2);

  await page.evaluate(() => recording.stop());
  await until(page, () => locks.held() === 0);
  assert.deepEqual((await logOf(page, "recording")).errors, []);
});

test("it holds none if it is not to, and does without if the browser refuses", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const page = await openBare(await launchChromium(t), relay, { inject: [locks] });
  await record(page, "silentCamera", { wakeLock: false });
  assert.equal(await page.evaluate(() => locks.asked), 0);
  await page.evaluate(() => recording.stop());

  await page.evaluate(() => (locks.refuses = true));
  await record(page, "silentCamera");
  assert.equal(await page.evaluate(() => locks.asked), 1);
  assert.equal(await page.evaluate(() => recording.state), "live");
  await page.evaluate(() => recording.stop());
  assert.deepEqual((await logOf(page, "recording")).errors, []);
});

/** Runs in a page before anything else: counts what it asks for, and what is granted. */
function locks() {
  const granted = [];
  window.locks = { asked: 0, refuses: false, granted, held: () => granted.filter(({ released }) => !released).length };
  const { request } = WakeLock.prototype;
  WakeLock.prototype.request = async function (kind) {
    window.locks.asked++;
    if (window.locks.refuses) throw new DOMException("not allowed", "NotAllowedError");
    const sentinel = await request.call(this, kind);
    granted.push(sentinel);
    return sentinel;
  };
}
