// A broadcaster's page is reloaded, or its tab crashes. Viewers keep the last picture, and go on with what the new page records.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { median } from "../e2e/harness/barcodes.mjs";
import { launchChromium, launchFirefox } from "../e2e/harness/browser.mjs";
import { openBare, record, relayFor, statsOf, until, untilState, view } from "../e2e/harness/pages.mjs";
import { pictures } from "../e2e/harness/pictures.mjs";
import { assertOnce, assertSame, assertUncut, assertWhole, segmentsOf } from "../e2e/harness/segments.mjs";
import { traffic } from "../e2e/harness/traffic.js";
import { report } from "./report.mjs";
import { assertSane, forgetLatencies, watch } from "./viewers.mjs";

const INTERVAL = 2000;
/** From when the new page's call resolves to a viewer's first new picture, ms; in mode `glue` that much later as it is behind. */
const WITHIN = 4000;

const VIEWERS = [
  { name: "Chromium, mse", launch: launchChromium, mode: "mse", within: WITHIN },
  { name: "Chromium, glue", launch: launchChromium, mode: "glue", within: WITHIN },
  { name: "Firefox, mse", launch: launchFirefox, mode: "mse", within: WITHIN },
];

async function crash(page) {
  const crashed = once(page, "error");
  const session = await page.createCDPSession();
  session.send("Page.crash").catch(() => {}); // there is nobody left to answer
  await crashed;
}

/** Each resolves with a page that can broadcast again. */
const FAULTS = {
  async "is reloaded"(page) {
    await page.reload();
    return page;
  },
  async "crashes, and is opened again at once"(page, { open }) {
    await crash(page);
    return open();
  },
  async "crashes, and is opened again when its viewers have heard that nobody broadcasts"(page, { open, viewers }) {
    await crash(page);
    for (const viewer of viewers) await untilState(viewer.page, "viewing", "waiting");
    return open();
  },
};

for (const [what, fault] of Object.entries(FAULTS)) {
  test(`a broadcaster's page ${what}: viewers go on with its new segments`, { timeout: 180_000 }, async (t) => {
    const relay = await relayFor(t);
    const browser = await launchChromium(t, { own: true }); // whose page crashes
    const open = () => openBare(browser, relay, { inject: [traffic], expects: /Page crashed/ });
    const page = await open();
    await record(page, "barcodes", { restartInterval: INTERVAL });
    const viewers = [];
    for (const { name, launch, mode, ...what } of VIEWERS) {
      const viewer = await openBare(await launch(t), relay, { inject: [traffic] });
      await view(viewer, { mode });
      await pictures(viewer, 60);
      viewers.push({ name, page: viewer, end: await watch(viewer), ...what });
    }
    await pictures(viewers[1].page, 60);
    const { segment } = await statsOf(page, "recording");

    const broken = Date.now();
    const again = await fault(page, { open, viewers });
    await record(again, "barcodes", { restartInterval: INTERVAL });
    const recorded = Date.now();
    for (const viewer of viewers) {
      await until(viewer.page, (before) => viewing.stats().segment > before && viewing.state === "live", segment);
      await pictures(viewer.page, 30);
      await forgetLatencies(viewer.page);
      await pictures(viewer.page, 90);
    }
    const seen = [];
    for (const { end } of viewers) seen.push(await end());
    await again.evaluate(() => recording.stop());
    for (const viewer of viewers) await untilState(viewer.page, "viewing", "ended");

    const sent = await segmentsOf(again, "sent");
    const [first] = sent.keys();
    const figures = [];
    for (const [i, { name, page, within }] of viewers.entries()) {
      const { pictures, latencies, errors } = seen[i];
      // What was drawn after the fault is the new page's.
      const next = pictures.findIndex(({ time }) => time > broken % 2 ** 32);
      assert.ok(next > 0, `${name}: no new picture`);
      const behind = name.endsWith("glue") ? median(pictures.filter(({ at }) => at < broken).map(({ latency }) => latency)) : 0;
      figures.push({ what: `${name}: first new picture after the new page records`, value: pictures[next].at - recorded, unit: "ms", limit: within + behind });
      figures.push({ what: `${name}: highest latency afterwards`, value: Math.max(...latencies), unit: "ms" });
      assertSane(latencies);
      assert.deepEqual(errors, [], name);

      const received = await segmentsOf(page, "received");
      assertWhole(received);
      assertOnce(received);
      const since = new Map([...received].filter(([number]) => number >= first));
      assertSame(since, sent);
      assert.equal(since.size, sent.size, "all that the new page has recorded came");
      assertUncut(since);
    }
    await report(t, `broadcaster's page ${what}`, figures);
  });
}
