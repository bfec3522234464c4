// Machines that sleep, and wall clocks that are set: everybody goes on, and no latency is negative or absurd.

import assert from "node:assert/strict";
import { test } from "node:test";
import { median, readBarcodes } from "../e2e/harness/barcodes.mjs";
import { launchChromium, LOST } from "../e2e/harness/browser.mjs";
import { defer } from "../e2e/harness/cleanup.mjs";
import { clockInPage } from "../e2e/harness/clock.mjs";
import { logOf, openBare, record, relayFor, stateOf, statsOf, until, view } from "../e2e/harness/pages.mjs";
import { pictures } from "../e2e/harness/pictures.mjs";
import { proxyFor } from "../e2e/harness/proxy.mjs";
import { report } from "./report.mjs";
import { ABSURD, assertSane, forgetLatencies, watch } from "./viewers.mjs";

const INTERVAL = 2000;
const TEN_MINUTES = 600_000;
const HOUR = 3_600_000;
/** How far behind the live edge is, ms: mode `mse` keeps up to a second more for a while when it has run dry, `glue` is as far behind as it began. */
const BEHIND = { mse: 500 + 1000, glue: INTERVAL + 500 + 1000 };
/** A client looks at its clocks and its sockets every ten seconds, and gives a silent socket one more round after a sleep: ms. */
const NOTICED = 25_000;
/** What a closed socket and a new one take, ms. */
const BACK = 5000;
/** So little does a viewer's figure differ from what is on its screen, ms, on a busy machine too. */
const OFF = 500;
/** What a machine is told when it wakes, and whose relay has closed the sockets meanwhile. */
const CUT_OFF = { inject: [clockInPage], expects: LOST };

/** All processes of a browser stand still until it wakes up. */
function putToSleep(t, { pid }) {
  process.kill(-pid, "SIGSTOP");
  const wakeUp = async () => void process.kill(-pid, "SIGCONT");
  defer(t, wakeUp);
  return wakeUp;
}

/** What is to be added to its clocks when it wakes: Linux's monotonic clock stops in a sleep, that of Windows goes on. */
const sleeping = (page, monotonic) => page.evaluate((sleep) => void (clock.sleep = sleep), { wall: TEN_MINUTES, monotonic });

async function viewersOf(t, relay, options) {
  const viewers = [];
  for (const mode of ["mse", "glue"]) {
    const browser = await launchChromium(t, { own: true });
    const page = await openBare(browser, relay, options);
    await view(page, { mode });
    await pictures(page, 30);
    viewers.push({ mode, browser, page });
  }
  return viewers;
}

for (const [what, monotonic, limit, line] of [
  ["its clock went on, and the relay has closed its sockets", TEN_MINUTES, BACK, async (t, relay) => ({ ...relay, cut() {} })],
  [
    "its clock stood still, and its sockets are dead without a word",
    0,
    NOTICED,
    async (t, relay) => {
      const line = await proxyFor(t, relay);
      return Object.assign(line, { cut: () => line.connections.forEach((connection) => connection.blackHole()) });
    },
  ],
]) {
  test(`a broadcaster's machine sleeps for ten minutes: ${what}`, { timeout: 180_000 }, async (t) => {
    // The relay need not take the whole of 30 s to miss it.
    const relay = await relayFor(t, "--idle-time", "4s");
    const way = await line(t, relay);
    const browser = await launchChromium(t, { own: true });
    const broadcaster = await openBare(browser, way, CUT_OFF);
    await record(broadcaster, "barcodes", { restartInterval: INTERVAL });
    const viewers = await viewersOf(t, relay);
    const ends = [];
    for (const { page } of viewers) ends.push(await watch(page));
    const { segment } = await statsOf(broadcaster, "recording");

    await sleeping(broadcaster, monotonic);
    way.cut();
    const wakeUp = putToSleep(t, browser);
    for (const { page } of viewers) await page.waitForFunction(() => viewing.state === "waiting", { timeout: 30_000 });
    await wakeUp();
    const woke = Date.now();
    for (const { page } of viewers) {
      // What was recorded before the sleep comes first.
      const isBack = (past) => viewing.stats().segment > past && viewing.state === "live";
      await page.waitForFunction(isBack, { timeout: 2 * NOTICED }, segment + 5 * INTERVAL * 1000);
    }
    for (const { page } of viewers) {
      const { restarts } = await statsOf(page, "viewing");
      await until(page, (many) => viewing.stats().restarts >= many, restarts + 2);
      await forgetLatencies(page);
      await pictures(page, 60);
    }
    const figures = [];
    for (const [i, { mode }] of viewers.entries()) {
      const { pictures, latencies, errors } = await ends[i]();
      const next = pictures.find(({ time }) => time >= woke % 2 ** 32);
      assert.ok(next, `mode ${mode}: no new picture`);
      figures.push({ what: `mode ${mode}: first new picture after it woke`, value: next.at - woke, unit: "ms", limit: limit + BEHIND[mode] });
      // The broadcaster's wall clock is ten minutes ahead of the viewer's now.
      const latency = median(pictures.slice(-60).map(({ latency }) => latency)) + TEN_MINUTES;
      figures.push({ what: `mode ${mode}: latency afterwards, by bar codes`, value: latency, unit: "ms", limit: ABSURD });
      figures.push({ what: `mode ${mode}: stats().latency is off by`, value: Math.abs(median(latencies) - latency), unit: "ms", limit: OFF });
      assertSane(latencies);
      assert.deepEqual(errors, []);
    }
    assert.deepEqual((await logOf(broadcaster, "recording")).errors, []);
    await report(t, `broadcaster's machine asleep for ten minutes, ${what}`, figures);
  });
}

test("viewers' machines sleep for ten minutes: they are back at the live edge", { timeout: 180_000 }, async (t) => {
  const relay = await relayFor(t, "--idle-time", "4s");
  const broadcaster = await openBare(await launchChromium(t), relay);
  await record(broadcaster, "barcodes", { restartInterval: INTERVAL });
  const viewers = await viewersOf(t, relay, CUT_OFF);
  const asleep = [];
  for (const { mode, page, browser } of viewers) {
    const { segment } = await statsOf(page, "viewing");
    await sleeping(page, 0); // what the browser says of its pictures goes by a clock that is not this one
    asleep.push({ mode, page, past: segment, wakeUp: putToSleep(t, browser) });
  }
  await until(broadcaster, () => recording.stats().viewers === 0);
  const { restarts } = await statsOf(broadcaster, "recording");
  await until(broadcaster, (many) => recording.stats().restarts >= many, restarts + 2);
  const figures = [];
  for (const { mode, page, past, wakeUp } of asleep) {
    await wakeUp();
    const woke = Date.now();
    await page.evaluate(() => {
      window.latencies = [];
      viewing.addEventListener("stats", ({ detail }) => detail.latency !== null && detail.clockTrusted && latencies.push(detail.latency));
    });
    const isBack = (past) => viewing.stats().segment > past && viewing.state === "live";
    await page.waitForFunction(isBack, { timeout: 2 * NOTICED }, past + INTERVAL * 1000);
    // Its wall clock is ten minutes ahead of the broadcaster's now.
    const film = (await pictures(page, 90)).map(({ at, luma }) => ({ at: at - TEN_MINUTES, luma }));
    const shown = readBarcodes(film, { skip: true });
    const there = shown.find(({ latency }) => latency >= 0 && latency <= BEHIND[mode]);
    assert.ok(there, `mode ${mode}: ${shown.map(({ latency }) => latency)}`);
    figures.push({ what: `mode ${mode}: at the live edge after it woke`, value: there.at - woke, unit: "ms", limit: NOTICED });
    await forgetLatencies(page);
    await pictures(page, 90);
    assertSane(await page.evaluate(() => latencies));
    assert.deepEqual((await logOf(page, "viewing")).errors, []);
  }
  await report(t, "viewer's machine asleep for ten minutes", figures);
});

for (const mode of ["mse", "glue"]) {
  test(`in mode ${mode}, wall clocks are set back an hour, the broadcaster's and then the viewer's: nobody notices`, { timeout: 180_000 }, async (t) => {
    const relay = await relayFor(t);
    const open = async () => openBare(await launchChromium(t), relay, { inject: [clockInPage] });
    const [broadcaster, viewer] = [await open(), await open()];
    await record(broadcaster, "barcodes", { restartInterval: INTERVAL });
    await view(viewer, { mode });
    await pictures(viewer, 30);
    const end = await watch(viewer);
    const numbers = [];
    for (const page of [broadcaster, viewer]) {
      await page.evaluate((hour) => void (clock.wall -= hour), HOUR);
      // Clocks are looked at every ten seconds.
      const { restarts, segment } = await statsOf(viewer, "viewing");
      numbers.push(segment);
      await until(viewer, (many) => viewing.stats().restarts >= many, restarts + 6);
    }
    numbers.push((await statsOf(viewer, "viewing")).segment);
    assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b), "segment numbers grow");
    const { latencies, errors } = await end();
    assertSane(latencies);
    assert.deepEqual(errors, []);
    assert.deepEqual((await logOf(broadcaster, "recording")).errors, []);
    for (const [page, kind] of [[broadcaster, "recording"], [viewer, "viewing"]]) {
      assert.equal(await stateOf(page, kind), "live");
      assert.ok(!(await logOf(page, kind)).states.includes("reconnecting"));
    }
    await report(t, `wall clocks set back an hour, mode ${mode}`, [
      { what: "highest latency", value: Math.max(...latencies), unit: "ms", limit: ABSURD },
      { what: "lowest latency", value: Math.min(...latencies), unit: "ms" },
    ]);
  });
}
