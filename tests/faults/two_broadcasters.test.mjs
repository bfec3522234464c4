// Two broadcasters fight for one name: the newest one has it, the other one is told and stays away, and viewers see each change once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { longest, readBarcodes, stepsBack } from "../e2e/harness/barcodes.mjs";
import { launchChromium } from "../e2e/harness/browser.mjs";
import { logOf, openBare, record, relayFor, stateOf, until, untilState, view } from "../e2e/harness/pages.mjs";
import { filming, pictures } from "../e2e/harness/pictures.mjs";
import { traffic } from "../e2e/harness/traffic.js";
import { report } from "./report.mjs";

const OPTIONS = { restartInterval: 2000 };

/** It has lost, knows why, and has opened no socket since but its two. */
async function assertTold(page) {
  await untilState(page, "recording", "ended");
  const { errors } = await logOf(page, "recording");
  assert.deepEqual(errors.map(({ name, code }) => ({ name, code })), [{ name: "AbortError", code: 4409 }]);
  assert.equal((await page.evaluate(() => window.traffic.opened)).length, 2);
}

test("a name is taken, and taken back: two clean changes", { timeout: 240_000 }, async (t) => {
  const relay = await relayFor(t);
  const open = async () => openBare(await launchChromium(t), relay, { inject: [traffic] });
  const [one, other] = [await open(), await open()];
  const viewer = await open();
  await record(one, "barcodes", OPTIONS);
  await view(viewer, { mode: "mse" });
  await pictures(viewer, 90); // so that the next one's numbers are lower
  const endFilm = await filming(viewer);

  const told = [];
  for (const [winner, loser] of [[other, one], [one, other]]) {
    await record(winner, "barcodes", OPTIONS);
    const began = performance.now();
    await untilState(loser, "recording", "ended");
    told.push(performance.now() - began);
    await pictures(viewer, 120);
    await assertTold(loser);
    assert.equal(await stateOf(winner, "recording"), "live");
  }
  const shown = readBarcodes(await endFilm());
  assert.equal(stepsBack(shown).length, 2, `one step from each to the next: ${stepsBack(shown)}`);
  assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
  await report(t, "two broadcasters, one name", [
    { what: "the loser is told after the winner is live", value: Math.max(...told), unit: "ms", limit: 1000 },
    { what: "changes that the viewer sees, of 2", value: stepsBack(shown).length, limit: 2 },
    { what: "longest freeze", value: longest(shown), unit: "ms", limit: 2000 },
  ]);
});

test("two begin in one moment: one of them wins, and the viewer sees it", { timeout: 240_000 }, async (t) => {
  const relay = await relayFor(t);
  const pages = [];
  for (let i = 0; i < 2; i++) pages.push(await openBare(await launchChromium(t), relay, { inject: [traffic] }));
  const viewer = await openBare(await launchChromium(t), relay);
  await view(viewer, { mode: "mse" });
  await Promise.all(pages.map((page) => record(page, "barcodes", OPTIONS)));
  const loser = await Promise.any(pages.map(async (page) => (await untilState(page, "recording", "ended"), page)));
  const winner = pages.find((page) => page !== loser);
  await assertTold(loser);
  const { segment } = await winner.evaluate(() => recording.stats());
  await until(viewer, (segment) => viewing.stats().segment > segment, segment);
  await pictures(viewer, 60);
  assert.equal(await stateOf(winner, "recording"), "live");
  assert.deepEqual((await logOf(winner, "recording")).errors, []);
  assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
});
