import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { asCamera, frames } from "./harness/clip.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { compare } from "./harness/match.mjs";
import { logOf, openBare, record, relayFor, stateOf, statsOf, until, untilState, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";
import { traffic } from "./harness/traffic.js";

/** Pictures, at 30 a second, that may still be the old broadcaster's when the new one's first data has come. */
const BUFFERED = 30;

/** The viewer must get past this segment, without an error, and then show a hundred pictures of the clip. */
async function assertGoesOn(viewer, segment) {
  await until(viewer, (segment) => window.viewing.stats().segment > segment, segment);
  await untilState(viewer, "viewing", "live");
  const shown = (await pictures(viewer, BUFFERED + 100)).slice(BUFFERED);
  const verdict = compare(shown.map(({ luma }) => luma), await frames("cockatoo"));
  assert.ok(verdict.ok, JSON.stringify(verdict));
  assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
}

for (const mode of shortOrLong(["mse"], ["mse", "glue"])) {
  test(`in mode ${mode}, viewers go on when the broadcaster reloads its page`, { timeout: 90_000 }, async (t) => {
    const relay = await relayFor(t);
    const broadcaster = await openBare(await launchChromium(t, { clip: await asCamera("cockatoo") }), relay);
    const viewer = await openBare(await launchChromium(t), relay);
    await record(broadcaster, "camera", { restartInterval: 2000 });
    await view(viewer, { mode });
    await pictures(viewer, 10);

    const { segment } = await statsOf(broadcaster, "recording");
    await broadcaster.reload();
    await record(broadcaster, "camera", { restartInterval: 2000 });
    await assertGoesOn(viewer, segment);
  });
}

test("a takeover: viewers see the new broadcaster, the old one is told and stays away", { timeout: 90_000 }, async (t) => {
  const relay = await relayFor(t);
  const first = await openBare(await launchChromium(t), relay, { inject: [traffic] });
  const second = await openBare(await launchChromium(t, { clip: await asCamera("cockatoo") }), relay);
  const viewer = await openBare(await launchChromium(t), relay);
  await record(first, "barcodes", { restartInterval: 2000 });
  await view(viewer, { mode: "mse" });
  await pictures(viewer, 10);

  const { segment } = await statsOf(first, "recording");
  await record(second, "camera", { restartInterval: 2000 });
  await untilState(first, "recording", "ended");
  const { errors } = await logOf(first, "recording");
  assert.deepEqual(errors.map(({ name, code }) => ({ name, code })), [{ name: "AbortError", code: 4409 }]);

  await assertGoesOn(viewer, segment);

  // Four seconds of the second broadcaster later, the first one has still opened no socket but its two.
  assert.equal((await first.evaluate(() => window.traffic.opened)).length, 2);
  assert.equal(await stateOf(second, "recording"), "live");
});
