// Media that a decoder refuses, in the middle of a broadcast that is fine otherwise.

import assert from "node:assert/strict";
import { report } from "../../faults/report.mjs";
import { assertSane, watch } from "../../faults/viewers.mjs";
import { launchChromium } from "./browser.mjs";
import { messagesFor } from "./messages.mjs";
import { logOf, openBare, record, relayFor, statsOf, until, view } from "./pages.mjs";
import { pictures } from "./pictures.mjs";
import { read } from "./segments.mjs";
import { damage, pictureTrack } from "./webm.mjs";

const INTERVAL = 2000;
/** From this piece on a segment is damaged, so in its middle. */
const MIDDLE = 6;
/** A picture may stand until the next segment, which takes a moment to be shown, ms; in mode `glue` until there is enough of that. */
const STANDS = { auto: INTERVAL + 1500, glue: 2 * INTERVAL + 1500 };
/** Mode `glue` tries each of three segments up to three times, ms. */
const ENDS = 12 * INTERVAL;

/** Damages the pictures of all segments that `isDamaged` says, from a piece on. */
function damaging(isDamaged, from) {
  let track;
  return (raw) => {
    const message = read(raw);
    if (message.kind === "blob") track = pictureTrack(message.body);
    if (isDamaged(message) && message.seq >= from) damage(message.body, track);
    return raw;
  };
}

async function start(t, launch, mode) {
  const relay = await relayFor(t);
  const way = await messagesFor(t, relay);
  const broadcaster = await openBare(await launchChromium(t), relay);
  const viewer = await openBare(await launch(t), relay);
  await record(broadcaster, "barcodes", { restartInterval: INTERVAL });
  await view(viewer, { mode, url: way.wsUrl });
  await pictures(viewer, 30);
  return { way, broadcaster, viewer };
}

/** One segment cannot be decoded from its middle on: the picture stands until the next one, and the player is rebuilt once at the most. */
export async function assertCostsOneSegment(t, { launch, browser, mode }) {
  const { way, viewer } = await start(t, launch, mode);
  const { mode: chosen } = await statsOf(viewer, "viewing");
  const end = await watch(viewer);
  let damaged = null;
  way.change = damaging(({ kind, segment }) => {
    if (kind === "blob") damaged ??= segment;
    return segment === damaged;
  }, MIDDLE);
  const { restarts } = await statsOf(viewer, "viewing");
  await until(viewer, (many) => viewing.stats().restarts >= many, restarts + 3);
  await until(viewer, (number) => viewing.stats().segment > number, damaged);
  await pictures(viewer, 30);
  const { stood, missed, latencies, errors } = await end();
  for (const { name, message } of errors) {
    t.diagnostic(`the page hears: ${name}: ${message}`);
    assert.match(message, /could not decode the broadcast.*the next segment is tried/);
  }
  assertSane(latencies);
  assert.equal((await statsOf(viewer, "viewing")).mode, chosen, "what has shown pictures is not given up");
  await report(t, `a segment damaged from its middle on, ${browser}, mode ${mode}`, [
    { what: "players rebuilt", value: errors.length, limit: 1 },
    { what: "a picture stood", value: stood, unit: "ms", limit: STANDS[mode] },
    { what: "what was never shown", value: missed, unit: "ms", limit: STANDS[mode] },
  ]);
}

/** No segment can be decoded any more: the viewing ends, and says which type it was. */
export async function assertEndsClearly(t, { launch, browser, mode }) {
  const { way, broadcaster, viewer } = await start(t, launch, mode);
  way.change = damaging(() => true, 0);
  const began = performance.now();
  await viewer.waitForFunction(() => viewing.state === "ended", { timeout: ENDS });
  const took = performance.now() - began;
  const { errors } = await logOf(viewer, "viewing");
  const { name, message } = errors.at(-1);
  t.diagnostic(`the page hears: ${errors.map(({ name, message }) => `${name}: ${message}`).join(" | ")}`);
  assert.equal(name, "NotSupportedError");
  assert.ok(message.includes((await statsOf(broadcaster, "recording")).mimeType), message);
  assert.deepEqual((await logOf(broadcaster, "recording")).errors, []);
  await report(t, `all segments damaged, ${browser}, mode ${mode}`, [{ what: "until the clear error that ends it", value: took, unit: "ms", limit: ENDS }]);
}
