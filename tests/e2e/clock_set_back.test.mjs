// Segments are numbered by the relay's clock, and a relay that is started again may have another one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startRelay } from "../../scripts/relay.mjs";
import { launchChromium, LOST } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { wrongBy } from "./harness/clock.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { logOf, openBare, record, relayFor, statsOf, until, untilState, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";

const HOUR = 3600;
/** How long going on may take, in ms. */
const WITHIN = 8000;

for (const mode of shortOrLong(["mse"], ["mse", "glue"])) {
  test(`in mode ${mode}, broadcaster and viewer go on when the relay comes back an hour earlier`, { timeout: 90_000 }, async (t) => {
    const relay = await relayFor(t);
    const broadcaster = await openBare(await launchChromium(t), relay, { expects: LOST });
    const viewer = await openBare(await launchChromium(t), relay, { expects: LOST });
    await record(broadcaster, "barcodes", { restartInterval: 2000 });
    await view(viewer, { mode });
    await pictures(viewer, 10);
    await viewer.evaluate(() => {
      window.latencies = [];
      viewing.addEventListener("stats", ({ detail }) => latencies.push(detail.latency));
    });
    const { segment } = await statsOf(viewer, "viewing");

    process.kill(relay.pid, "SIGKILL");
    await relay.exit;
    await untilState(viewer, "viewing", "reconnecting");
    await untilState(broadcaster, "recording", "reconnecting");
    const args = ["--listen", `127.0.0.1:${relay.port}`, "--log", "warn"];
    const again = await startRelay({ www: "tests/e2e/pages", args, env: wrongBy(-HOUR) });
    defer(t, again.stop);
    const began = performance.now();

    await untilState(broadcaster, "recording", "live");
    await untilState(viewer, "viewing", "live");
    await until(viewer, (before) => viewing.stats().segment < before, segment);
    await pictures(viewer, 30);
    const took = performance.now() - began;
    t.diagnostic(`went on after ${Math.round(took)} ms`);
    assert.ok(took < WITHIN, `${took} ms`);

    const stats = await statsOf(viewer, "viewing");
    assert.ok(Math.abs(segment - stats.segment - HOUR * 1e6) < 60e6, "the relay's clock is an hour back");
    const latencies = await viewer.evaluate(() => [...latencies, viewing.stats().latency]);
    assert.deepEqual(latencies.filter((latency) => latency !== null && !(latency >= 0 && latency < 5000)), []);
    for (const [page, kind] of [[broadcaster, "recording"], [viewer, "viewing"]]) {
      assert.deepEqual((await logOf(page, kind)).errors, []);
      assert.ok(!(await logOf(page, kind)).states.includes("ended"));
    }
  });
}
