// WebKitGTK as a viewer. Where it is not installed, these are skipped, and say what to type.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startRelay } from "../../scripts/relay.mjs";
import { missing } from "../../scripts/tools.mjs";
import { median, readBarcodes, stepsBack } from "./harness/barcodes.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { logOf, openBare, record, relayFor, statsOf, until, untilState, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";
import { launchWebKit } from "./harness/webkit.mjs";

const options = { skip: missing("webkit"), timeout: 60_000 };
const LOST = /WebSocket connection|ERR_CONNECTION_REFUSED/;

/** Both browsers, and what Chromium broadcasts. */
async function studio(t) {
  const relay = await relayFor(t);
  const broadcaster = await openBare(await launchChromium(t), relay, { expects: LOST });
  const webkit = await launchWebKit(t);
  const viewer = await openBare(webkit, relay);
  await until(viewer, () => window.view);
  await record(broadcaster, "barcodes", { restartInterval: 2000 });
  return { relay, broadcaster, viewer, version: webkit.version };
}

const SHORT = [["auto", "mse"], ["realtime", "realtime"]];

for (const [wanted, mode] of shortOrLong(SHORT, [...SHORT, ["glue", "glue"]])) {
  test(`WebKitGTK sees what Chromium records, in mode ${wanted}`, options, async (t) => {
    const { viewer, version } = await studio(t);
    await view(viewer, { mode: wanted });
    const shown = readBarcodes(await pictures(viewer, 60));
    const stats = await statsOf(viewer, "viewing");
    const seen = median(shown.slice(-30).map(({ latency }) => latency));
    t.diagnostic(`${version}: ${seen} ms behind by the bar codes, ${Math.round(stats.latency)} by stats()`);
    const gained = shown.at(-1).number - shown[0].number;
    assert.ok(gained >= 30, `60 pictures show ${gained} frames`);
    if (mode !== "glue") assert.deepEqual(stepsBack(shown), []); // there it steps back where the machine is busy
    assert.equal(stats.mode, mode);
    assert.ok(Math.abs(stats.latency - seen) < 500, `${stats.latency} ms are said, ${seen} seen`);
    assert.deepEqual(await logOf(viewer, "viewing"), { states: ["live"], errors: [] });
  });
}

test("WebKitGTK goes on after the relay was started again", options, async (t) => {
  const { relay, broadcaster, viewer } = await studio(t);
  await view(viewer);
  await pictures(viewer, 10);
  process.kill(relay.pid, "SIGKILL");
  await relay.exit;
  await untilState(viewer, "viewing", "reconnecting");
  await untilState(broadcaster, "recording", "reconnecting");
  const last = await viewer.evaluate(() => viewing.stats().segment);
  const again = await startRelay({ www: "tests/e2e/pages", args: ["--listen", `127.0.0.1:${relay.port}`, "--log", "warn"] });
  defer(t, again.stop);
  await until(viewer, (last) => viewing.state === "live" && viewing.stats().segment > last, last);
  readBarcodes(await pictures(viewer, 30));
  const { states, errors } = await logOf(viewer, "viewing");
  assert.deepEqual([states[0], states[1], states.at(-1), errors], ["live", "reconnecting", "live", []]); // it may wait for the broadcaster meanwhile
});
