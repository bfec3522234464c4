// The relay goes and comes back: broadcaster and viewers go on by themselves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startRelay } from "../../scripts/relay.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { openBare, record, relayFor, until, untilState, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";

for (const mode of ["mse", "glue"]) {
  test(`in mode ${mode}, pictures go on after the relay was killed and started again`, { timeout: 90_000 }, async (t) => {
    const relay = await relayFor(t);
    const lost = { expects: /WebSocket connection|ERR_CONNECTION_REFUSED|Failed to load resource/ };
    const broadcaster = await openBare(await launchChromium(t), relay, lost);
    const viewer = await openBare(await launchChromium(t), relay, lost);
    await record(broadcaster, "barcodes", { restartInterval: 1000 });
    await view(viewer, { mode });
    await pictures(viewer, 10);
    const { segment } = await viewer.evaluate(() => viewing.stats());

    process.kill(relay.pid, "SIGKILL");
    await relay.exit;
    await untilState(viewer, "viewing", "reconnecting");
    await untilState(broadcaster, "recording", "reconnecting");
    const again = await startRelay({ www: "tests/e2e/pages", args: ["--listen", `127.0.0.1:${relay.port}`] });
    defer(t, again.stop);

    await untilState(broadcaster, "recording", "live");
    await untilState(viewer, "viewing", "live");
    await until(viewer, (before) => viewing.stats().segment > before, segment);
    assert.equal((await pictures(viewer, 30)).length, 30);
    const latency = await viewer.evaluate(() => viewing.stats().latency);
    assert.ok(latency >= 0 && latency < 5000, `${latency} ms`);
  });
}
