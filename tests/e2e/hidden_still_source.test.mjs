// The sound over a still picture takes timers, and those of a page in the background are slow (hidden_broadcaster.test.mjs).

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as passes } from "node:timers/promises";
import { launchChromium } from "./harness/browser.mjs";
import { figures, GRACE, hide, stepsOf, ticks, ticksInLast } from "./harness/hidden.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { listen } from "./harness/listener.mjs";
import { logOf, openBare, record, relayFor } from "./harness/pages.mjs";

/** How long a still picture is listened to while its page is hidden, s. */
const HIDDEN = shortOrLong(12, 20);
const INTERVAL = 1000;
/** Pieces that come this long after the one before, in ms, have waited for a slowed timer. */
const PAUSE = 700;

// Both wait, and next to nothing happens meanwhile.
describe("hidden, with a picture that stands still", { concurrency: true }, () => {
  test("a broadcaster has its sound", { timeout: 120_000 }, async (t) => {
    const { gaps } = await hideStill(t);
    assert.ok(pauses(gaps) <= 1, "sound comes without a pause, but for one of a machine that was busy");
  });

  test("where a page permits no worker, timers are the page's", { timeout: 120_000 }, async (t) => {
    const refuse = () => {
      const policy = Object.assign(document.createElement("meta"), { httpEquiv: "Content-Security-Policy", content: "worker-src 'none'" });
      document.head.append(policy);
    };
    const { page, gaps } = await hideStill(t, { refuse, expects: /Content Security Policy/ });
    assert.ok(pauses(gaps) >= HIDDEN / 2, "sound comes in bursts: this is what the worker is for");
    // Statistics come by a timer.
    await page.evaluate(() => new Promise((resolve) => recording.addEventListener("stats", resolve, { once: true })));
  });
});

const pauses = (gaps) => gaps.filter((gap) => gap > PAUSE).length;

/** A picture that stands, and a tone, from a hidden page: the times between the pieces that come of it, ms. */
async function hideStill(t, { refuse, expects } = {}) {
  const relay = await relayFor(t);
  const browser = await launchChromium(t, { throttles: true });
  const page = await openBare(browser, relay, { inject: [ticks], expects });
  if (refuse) await page.evaluate(refuse);
  await record(page, "slidesAndTone", { restartInterval: INTERVAL });
  await hide(browser, page);
  await passes(GRACE);
  const messages = await listen(t, relay);
  await passes(HIDDEN * 1000);

  const ticked = await ticksInLast(page, HIDDEN);
  const gaps = stepsOf(messages.map(({ at }) => at));
  t.diagnostic(`the page's timer ticked ${ticked} times in ${HIDDEN} s; ${gaps.length} pieces, ${figures(gaps)}`);
  assert.ok(ticked <= HIDDEN * 1.1, "the page's timers are slowed to one tick in a second");
  assert.ok(gaps.length >= HIDDEN);
  assert.deepEqual((await logOf(page, "recording")).errors, []);
  return { page, gaps };
}
