import assert from "node:assert/strict";
import { test } from "node:test";
import { median, readBarcodes, stepsBack } from "./harness/barcodes.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { logOf, openBare, record, relayFor, statsOf, untilState, view } from "./harness/pages.mjs";
import { pictures, picturesOf } from "./harness/pictures.mjs";

const SECONDS = shortOrLong(12, 60);
/** So much of the beginning and of the end is compared, s. */
const PART = SECONDS / 6;

test(`${SECONDS} seconds with a restart every two: no error, no step back, no growing latency`, { timeout: 120_000 }, async (t) => {
  const relay = await relayFor(t);
  const broadcaster = await openBare(await launchChromium(t), relay);
  const viewer = await openBare(await launchChromium(t), relay);
  await record(broadcaster, "barcodes", { restartInterval: 2000 });
  await view(viewer, { mode: "mse" });
  await untilState(viewer, "viewing", "live");
  await pictures(viewer, 1);

  const shown = readBarcodes(await picturesOf(viewer, SECONDS));
  const stats = await statsOf(viewer, "viewing");
  const latencies = (from, to) =>
    shown.filter(({ at }) => at >= shown[0].at + from * 1000 && at < shown[0].at + to * 1000).map(({ latency }) => latency);
  const first = median(latencies(0, PART));
  const last = median(latencies(SECONDS - PART, SECONDS));
  t.diagnostic(`${shown.length} pictures, latency ${first} ms, then ${last} ms; ${JSON.stringify(stats)}`);

  assert.deepEqual(stepsBack(shown), []);
  assert.ok(last <= first + 500, `latency grew from ${first} to ${last} ms`);
  assert.ok(shown.length >= SECONDS * 20, `${shown.length} pictures in ${SECONDS} s`);
  assert.ok(shown.at(-1).number - shown[0].number >= 0.9 * SECONDS * 30, "as many frames were filmed and shown");
  assert.ok(stats.restarts >= (SECONDS / 2) * 0.8, `${stats.restarts} restarts`);
  for (const [page, kind] of [[broadcaster, "recording"], [viewer, "viewing"]]) {
    assert.deepEqual((await logOf(page, kind)).errors, []);
  }
});
