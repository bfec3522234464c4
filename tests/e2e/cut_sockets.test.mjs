// One socket is cut alone, again and again, at random moments: it comes back alone, and nobody misses anything.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as moment } from "node:timers/promises";
import { longest, readBarcodes, stepsBack } from "./harness/barcodes.mjs";
import { launchChromium, launchFirefox, LOST, RAN_DRY } from "./harness/browser.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { logOf, openBare, record, relayFor, statsOf, until, untilState, view } from "./harness/pages.mjs";
import { filming, pictures } from "./harness/pictures.mjs";
import { proxyFor } from "./harness/proxy.mjs";
import { random, shuffled } from "./harness/random.mjs";
import { assertOnce, assertSame, assertWhole, segmentsOf } from "./harness/segments.mjs";
import { traffic } from "./harness/traffic.js";
import { report } from "../faults/report.mjs";

/** Each of six sockets once, or over and over. */
const CUTS = shortOrLong(6, 200);
/** A cut comes within this time, in ms, after the last one has healed: about a segment. */
const WITHIN = 1500;
/** And within this time it has healed, in ms: a wait of a second at most, and what the page has to do on a busy machine. */
const BACK_WITHIN = 5000;
/** No picture stands for longer, and of the broadcast no more is left out in one go, in ms. */
const [STOOD_WITHIN, MISSED_WITHIN] = [BACK_WITHIN, BACK_WITHIN];
const SEED = Number(process.env.SEED ?? Date.now() % 1e6);

test(`a socket cut alone at a random moment, ${CUTS} times, broadcaster and viewers`, { timeout: 60_000 + CUTS * (WITHIN + BACK_WITHIN) }, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const chance = random(SEED);
  const relay = await relayFor(t);
  const peer = async (browser, role) => {
    const proxy = await proxyFor(t, relay);
    return { role, proxy, page: await openBare(browser, proxy, { inject: [traffic], expects: LOST }) };
  };
  const broadcaster = await peer(await launchChromium(t), "publish");
  const chromium = await peer(await launchChromium(t), "view");
  const firefox = await peer(await launchFirefox(t), "view");
  const viewers = [chromium, firefox];

  await record(broadcaster.page, "barcodes", { restartInterval: 2000 });
  const films = await Promise.all(
    viewers.map(async ({ page }) => {
      await view(page, { mode: page === chromium.page ? "mse" : "auto" });
      await pictures(page, 10);
      return filming(page);
    }),
  );

  const targets = [broadcaster, chromium, firefox].flatMap((peer) => ["blob", "chunk"].map((socket) => ({ peer, socket })));
  const healed = [];
  for (let bag = []; healed.length < CUTS; ) {
    if (bag.length === 0) bag = shuffled(targets, chance);
    const { peer, socket } = bag.pop();
    await moment(chance() * WITHIN);
    healed.push(await cut(peer, socket, chance() < 1 / 3));
  }

  await Promise.all(viewers.map(({ page }) => pictures(page, 30))); // they go on
  const shown = await Promise.all(films.map((end) => end()));
  await broadcaster.page.evaluate(() => recording.stop());
  await Promise.all(viewers.map(({ page }) => untilState(page, "viewing", "ended")));

  const { bytes } = await statsOf(broadcaster.page, "recording");
  const recorded = await segmentsOf(broadcaster.page, "sent");
  t.diagnostic(`${recorded.size} segments, ${bytes} bytes`);
  assertWhole(recorded);
  assert.equal([...recorded.values()].reduce((sum, { bytes }) => sum + bytes.length, 0), bytes, "every byte was sent");
  assert.deepEqual((await logOf(broadcaster.page, "recording")).errors, []);

  const seen = [];
  for (const [index, { page }] of viewers.entries()) {
    const received = await segmentsOf(page, "received");
    assertWhole(received);
    assertOnce(received);
    assertSame(received, recorded);
    const { errors } = await logOf(page, "viewing");
    assert.deepEqual(errors.filter(({ message }) => page === chromium.page || !RAN_DRY.test(message)), []);
    assert.equal(await page.evaluate(() => video.error), null);
    // Firefox has nothing to draw while it seeks.
    const codes = readBarcodes(shown[index], { skip: true });
    assert.ok(codes.length > 0.9 * shown[index].length, `${codes.length} of ${shown[index].length} have a bar code`);
    t.diagnostic(`${(await statsOf(page, "viewing")).mode}: ${codes.length} pictures`);
    assert.deepEqual(stepsBack(codes), []);
    const browser = page === chromium.page ? "Chromium" : "Firefox";
    seen.push({ what: `${browser}: a picture stood for`, value: longest(codes), unit: "ms", limit: STOOD_WITHIN });
    seen.push({ what: `${browser}: never shown`, value: longest(codes, "time"), unit: "ms", limit: MISSED_WITHIN });
  }
  await report(t, "a socket is cut alone", [
    { what: "cuts", value: healed.length },
    { what: "back on average after", value: average(healed), unit: "ms" },
    { what: "back at the latest after", value: Math.max(...healed), unit: "ms", limit: BACK_WITHIN },
    ...seen,
  ]);
});

/** Cuts one socket and waits until the link is up again and data flows. Gives the time that it took, in ms. */
async function cut({ role, proxy, page }, socket, inMessage) {
  const kind = `${role}/${socket}`;
  const back = proxy.next(kind);
  if (inMessage) await proxy.find(kind).cutInMessage();
  else proxy.find(kind).cut();
  const began = performance.now();
  await back;
  const since = await page.evaluate(() => performance.now());
  await until(page, role === "publish" ? isSendingSince : isReceivingSince, since);
  return Math.round(performance.now() - began);
}

const isSendingSince = (since) => recording.state === "live" && window.traffic.sent.at(-1).at > since;
const isReceivingSince = (since) => viewing.state === "live" && window.traffic.received.at(-1).at > since;

const average = (values) => Math.round(values.reduce((sum, value) => sum + value) / values.length);
