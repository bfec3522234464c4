// What a viewer sees and measures while something goes wrong.

import assert from "node:assert/strict";
import { longest, readBarcodes } from "../e2e/harness/barcodes.mjs";
import { logOf } from "../e2e/harness/pages.mjs";
import { filming } from "../e2e/harness/pictures.mjs";

/** What no latency is, in ms, of who sees new pictures, however much was lost: viewers come back to the live edge. */
export const ABSURD = 10_000;

/**
 * Watches a viewer of bar codes from now on. Resolves with what ends that and gives the longest time that one picture `stood` and
 * the longest part of the broadcast that was never `shown`, in ms, the `latencies`, and the `states` and `errors` since.
 */
export async function watch(viewer) {
  const before = await logOf(viewer, "viewing");
  await viewer.evaluate(() => {
    window.latencies = [];
    viewing.addEventListener("stats", ({ detail }) => detail.latency !== null && latencies.push(detail.latency));
  });
  const endFilm = await filming(viewer);
  return async () => {
    const pictures = readBarcodes(await endFilm(), { skip: true });
    const log = await logOf(viewer, "viewing");
    return {
      pictures,
      stood: longest(pictures),
      missed: longest(pictures, "time"),
      latencies: await viewer.evaluate(() => window.latencies),
      states: log.states.slice(before.states.length),
      errors: log.errors.slice(before.errors.length),
    };
  };
}

/** Forgets the latencies until now: while a picture stands, it gets older. */
export const forgetLatencies = (viewer) => viewer.evaluate(() => void (window.latencies.length = 0));

/** All latencies are what a live broadcast can have. */
export function assertSane(latencies) {
  assert.ok(latencies.length > 0, "none was measured");
  assert.deepEqual(latencies.filter((latency) => !(latency >= 0 && latency < ABSURD)), []);
}
