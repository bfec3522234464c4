// The relay is killed under a broadcaster and three viewers, and comes back. Nobody reloads: the pages film all through it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as passes } from "node:timers/promises";
import { startRelay } from "../../scripts/relay.mjs";
import { median, readBarcodes } from "../e2e/harness/barcodes.mjs";
import { launchChromium, launchFirefox, LOST } from "../e2e/harness/browser.mjs";
import { defer } from "../e2e/harness/cleanup.mjs";
import { logOf, openBare, record, relayFor, statsOf, until, untilState, view } from "../e2e/harness/pages.mjs";
import { filming, pictures } from "../e2e/harness/pictures.mjs";
import { assertOnce, assertSame, assertWhole, segmentsOf } from "../e2e/harness/segments.mjs";
import { traffic } from "../e2e/harness/traffic.js";
import { report } from "./report.mjs";

/** When the relay has been away for longer, clients ask less often (wire/src/backoff.rs), in s. */
const PATIENT = 60;

/** For how many seconds it is away, and how long after it is back there is a new picture at most, in ms. */
const AWAY = [
  [1, 2_000],
  [30, 2_000],
  [70, 10_000],
];

for (const [seconds, limit] of AWAY) {
  test(`the relay is killed and back after ${seconds} s: everybody goes on`, { timeout: (seconds + 300) * 1000 }, async (t) => {
    const relay = await relayFor(t);
    const open = (browser) => openBare(browser, relay, { inject: [traffic], expects: LOST });
    const broadcaster = await open(await launchChromium(t));
    await record(broadcaster, "barcodes", { restartInterval: 2000 });
    const viewers = [];
    for (const [what, launch, mode] of [
      ["Chromium, mse", launchChromium, "mse"],
      ["Chromium, glue", launchChromium, "glue"],
      ["Firefox, auto", launchFirefox, "auto"],
    ]) {
      const page = await open(await launch(t));
      await view(page, { mode });
      await pictures(page, 60);
      viewers.push({ what, page, endFilm: await filming(page) });
    }
    await pictures(viewers[1].page, 60);
    const { segment } = await statsOf(broadcaster, "recording");

    process.kill(relay.pid, "SIGKILL");
    await relay.exit;
    const killed = Date.now();
    let asked = 0;
    for (const page of [broadcaster, ...viewers.map(({ page }) => page)]) {
      page.on("request", (request) => (asked += request.url().endsWith("/healthz") && Date.now() < killed + Math.min(seconds, PATIENT) * 1000));
    }
    await Promise.all([untilState(broadcaster, "recording", "reconnecting"), ...viewers.map(({ page }) => untilState(page, "viewing", "reconnecting"))]);
    await passes(killed + seconds * 1000 - Date.now());
    const again = await startRelay({ www: "tests/e2e/pages", args: ["--listen", `127.0.0.1:${relay.port}`, "--log", "warn"] });
    defer(t, again.stop);
    const back = Date.now();
    await untilState(broadcaster, "recording", "live");
    await Promise.all(
      viewers.map(async ({ page }) => {
        await until(page, (before) => viewing.state === "live" && viewing.stats().segment > before, segment);
        await pictures(page, 60);
      }),
    );

    const figures = [{ what: "a client asks in a second, in the first minute", value: asked / Math.min(seconds, PATIENT) / (viewers.length + 1) }];
    for (const { what, endFilm } of viewers) {
      // What was drawn after the relay was gone can have come only since it is back.
      const isNew = ({ time }) => time > killed % 2 ** 32;
      const shown = readBarcodes(await endFilm(), { skip: true });
      const first = shown.findIndex(isNew);
      assert.ok(first > 0, `${what}: no new picture`);
      // Mode glue shows everything that much later.
      const behind = what.endsWith("glue") ? median(shown.filter(({ at }) => at < killed).map(({ latency }) => latency)) : 0;
      figures.push({ what: `${what}: first new picture after the relay is back`, value: shown[first].at - back, unit: "ms", limit: limit + behind });
      figures.push({ what: `${what}: never shown`, value: shown[first].time - shown[first - 1].time, unit: "ms" });
    }
    await broadcaster.evaluate(() => recording.stop());
    await Promise.all(viewers.map(({ page }) => untilState(page, "viewing", "ended")));

    // What was begun since, or was kept, has come to all.
    const since = (segments) => new Map([...segments].filter(([number]) => number > segment));
    const recorded = since(await segmentsOf(broadcaster, "sent"));
    assertWhole(recorded);
    for (const { page } of viewers) {
      const received = since(await segmentsOf(page, "received"));
      assertWhole(received);
      assertOnce(received);
      assertSame(received, recorded);
      // Who comes seconds after the broadcaster finds the last two segments.
      if (seconds < PATIENT) assert.equal([...received.keys()][0], [...recorded.keys()][0], "from the first on that was kept");
      assert.deepEqual((await logOf(page, "viewing")).errors, []);
      assert.equal(await page.evaluate(() => video.error), null);
    }
    assert.deepEqual((await logOf(broadcaster, "recording")).errors, []);
    await report(t, `relay killed, back after ${seconds} s`, figures);
  });
}
