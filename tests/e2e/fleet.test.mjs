// A fleet of real relays: one broadcast, viewers at each of them, and relays that are killed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { longest, readBarcodes, stepsBack } from "./harness/barcodes.mjs";
import { launchChromium, launchFirefox } from "./harness/browser.mjs";
import { fleetFor } from "./harness/fleet.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { logOf, openBare, record, statsOf, until, untilState, view } from "./harness/pages.mjs";
import { filming, pictures } from "./harness/pictures.mjs";
import { report } from "../faults/report.mjs";

/** What browsers say about a relay that was killed. */
const LOST = /WebSocket connection|connection to ws|Failed to load resource|net::ERR_/;

/** So long a picture may stand when a relay is killed, in ms: the viewer's own, or the broadcaster's. */
const STOOD_WITHIN = 2000;

/** The second viewer's browser. In the short form Firefox goes to another relay in none, and comes back to its own in cut_sockets. */
const OTHER = shortOrLong({ browser: "another Chromium", launch: launchChromium }, { browser: "Firefox", launch: launchFirefox });

test("viewers at every relay of a fleet see one broadcast, and go on when a relay is killed, theirs or the broadcaster's", { timeout: 150_000 }, async (t) => {
  const [one, two, three] = await fleetFor(t, 3);
  const list = (...relays) => ({ url: relays.map(({ wsUrl }) => wsUrl) });
  const broadcaster = await openBare(await launchChromium(t), one, { expects: LOST });
  const chromium = await openBare(await launchChromium(t), two, { expects: LOST });
  const other = await openBare(await OTHER.launch(t), three, { expects: LOST });
  const viewers = { Chromium: chromium, [OTHER.browser]: other };

  /** What both viewers show while something is done, and for as long as it takes them to show 30 pictures after it. */
  async function showing(act) {
    const films = await Promise.all(Object.values(viewers).map(filming));
    await act();
    await Promise.all(Object.values(viewers).map((page) => pictures(page, 30)));
    const shown = await Promise.all(films.map(async (end) => readBarcodes(await end(), { skip: true })));
    return Object.fromEntries(Object.keys(viewers).map((name, i) => [name, shown[i]]));
  }

  /** Kills a relay and waits until a page is at another one. */
  async function kill(relay, page, kind, next) {
    process.kill(relay.pid, "SIGKILL");
    await relay.exit;
    await until(page, (kind, url) => window[kind].stats().url === url, kind, next.wsUrl);
    await untilState(page, kind, "live");
  }

  async function assertGoesOn(fault, shown) {
    const figures = Object.entries(shown).flatMap(([name, shown]) => [
      { what: `${name}: a picture stood for`, value: longest(shown), unit: "ms", limit: STOOD_WITHIN },
      { what: `${name}: never shown`, value: longest(shown, "time"), unit: "ms", limit: STOOD_WITHIN },
    ]);
    await report(t, fault, figures);
    for (const pictures of Object.values(shown)) assert.deepEqual(stepsBack(pictures), []);
  }

  await record(broadcaster, "barcodes", list(one, three));
  await view(chromium, list(two, three));
  await view(other, list(three, two));
  await Promise.all(Object.values(viewers).map((page) => pictures(page, 10)));
  const both = await showing(async () => {});
  const [here, there] = Object.values(both).map((shown) => new Set(shown.map(({ number }) => number)));
  const common = [...here].filter((number) => there.has(number)).length;
  assert.ok(common >= Math.min(here.size, there.size) / 3, `of ${here.size} and ${there.size} frames ${common} are the same`);

  await assertGoesOn("a fleet: Chromium's relay is killed", await showing(() => kill(two, chromium, "viewing", three)));
  assert.equal((await statsOf(other, "viewing")).url, three.wsUrl, "who was not concerned stays");

  await assertGoesOn("a fleet: the broadcaster's relay is killed", await showing(() => kill(one, broadcaster, "recording", three)));
  for (const [page, kind] of [[broadcaster, "recording"], [chromium, "viewing"], [other, "viewing"]]) {
    assert.deepEqual((await logOf(page, kind)).errors, []);
  }
});
