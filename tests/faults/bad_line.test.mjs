// A broadcaster's line gets bad: packets come late and get lost, then half of it is gone, then all is well again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as passes } from "node:timers/promises";
import { longest, median, readBarcodes, stepsBack } from "../e2e/harness/barcodes.mjs";
import { ASKED, assertNoErrors, broadcastOver, HALF } from "../e2e/harness/congested.mjs";
import { Lag } from "../e2e/harness/lag.mjs";
import { relayFor } from "../e2e/harness/pages.mjs";
import { filming } from "../e2e/harness/pictures.mjs";
import { proxyFor } from "../e2e/harness/proxy.mjs";
import { random } from "../e2e/harness/random.mjs";
import { report } from "./report.mjs";

const SEED = Number(process.env.SEED ?? Date.now() % 1e6);
const LAG = new Lag({ delay: 100, jitter: 50, lost: 0.02, chance: random(SEED) });
/** How long each lasts, in ms: that time passes is what is tested. */
const [GOOD, POOR, NARROW, RECOVERED] = [8_000, 15_000, 30_000, 20_000];
/** The whole bitrate is back after this time, in ms. */
const RECOVERED_WITHIN = 75_000;

test("a line that is bad, then narrow, then good", { timeout: 300_000 }, async (t) => {
  t.diagnostic(`seed ${SEED}; a line of ${Math.round((LAG.rate * 8) / 1000)} kbit/s while it is bad`);
  const relay = await relayFor(t);
  const line = await proxyFor(t, relay);
  const all = await broadcastOver(t, { near: line, far: relay });
  const { broadcaster, viewer } = all;
  const endFilm = await filming(viewer);
  await passes(GOOD);
  assert.deepEqual(await all.toldOf(), [], "the line is wide enough");

  const poor = Date.now();
  line.delay(LAG);
  line.narrow(LAG.rate);
  await passes(POOR);
  const narrowed = Date.now();
  line.delay();
  line.narrow(HALF);
  await passes(NARROW);
  const widened = Date.now();
  line.narrow(Infinity);
  await broadcaster.waitForFunction((asked) => recording.stats().videoBitsPerSecond === asked, { timeout: RECOVERED_WITHIN }, ASKED);
  const recovered = Date.now();
  await passes(Math.max(0, widened + RECOVERED - Date.now()));
  const shown = readBarcodes(await endFilm(), { skip: true });

  const told = await all.toldOf();
  const rates = told.map(({ at, state, videoBitsPerSecond }) => `${state} ${Math.round(videoBitsPerSecond / 1000)} kbit/s after ${at - poor} ms`);
  t.diagnostic(`told: ${rates.join(", ")}`);
  const during = (from, to) => shown.filter(({ at }) => at >= from && at < to);
  const latency = (from, to) => median(during(from, to).map(({ latency }) => latency));
  const before = latency(0, poor);
  await report(t, "a bad line", [
    { what: "told after", value: told[0].at - poor, unit: "ms", limit: 4000 },
    { what: "the smallest bitrate", value: Math.min(...told.map(({ videoBitsPerSecond }) => videoBitsPerSecond)) / 1000, unit: "kbit/s", limit: (HALF * 8) / 1000 },
    { what: "latency before", value: before, unit: "ms" },
    { what: "latency while packets are late and lost", value: latency(poor + 4000, narrowed), unit: "ms", limit: before + 2000 },
    { what: "longest freeze then", value: longest(during(poor - 1000, narrowed)), unit: "ms", limit: 3000 },
    { what: "latency on half the line", value: latency(narrowed + 4000, widened), unit: "ms", limit: before + 2000 },
    { what: "longest freeze then and until all is as before", value: longest(during(narrowed - 1000, recovered)), unit: "ms", limit: 3000 },
    { what: "latency 15 s after all is well", value: latency(widened + 15_000, widened + RECOVERED), unit: "ms", limit: before + 100 },
    { what: "the whole bitrate again after", value: recovered - widened, unit: "ms", limit: RECOVERED_WITHIN },
  ]);
  assert.equal(told.at(-1).state, "clear");
  assert.deepEqual(stepsBack(shown), []);
  await assertNoErrors(all);
});
