// A viewer in mode glue who was in another tab is back where everyone else is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { median, readBarcodes } from "./harness/barcodes.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { openBare, record, relayFor, statsOf, until, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";

const INTERVAL = 2000;

test("back from a hidden tab, a viewing in mode glue is at its live edge within a second", { timeout: 90_000 }, async (t) => {
  const relay = await relayFor(t);
  const broadcaster = await openBare(await launchChromium(t), relay);
  const home = await launchChromium(t);
  const viewer = await openBare(home, relay);
  await record(broadcaster, "barcodes", { restartInterval: INTERVAL });
  await view(viewer, { mode: "glue" });
  await until(viewer, () => viewing.stats().restarts >= 2);
  const before = median(readBarcodes(await pictures(viewer, 30)).map(({ latency }) => latency));

  const other = await home.open("about:blank");
  await other.bringToFront();
  await until(viewer, () => document.hidden);
  const { segment } = await statsOf(broadcaster, "recording");
  await until(broadcaster, (later) => recording.stats().segment > later, segment + 9_000_000);

  await viewer.bringToFront();
  const back = Date.now();
  const shown = readBarcodes(await pictures(viewer, 60));
  const limit = Math.max(before + 300, INTERVAL + 500);
  const there = shown.find(({ latency }) => latency <= limit);
  t.diagnostic(`${before} ms before, then ${shown[0].latency}, there after ${there ? there.at - back : "ever"} ms`);
  assert.ok(there && there.at - back <= 1000, `latencies ${shown.map(({ latency }) => latency)}`);
});
