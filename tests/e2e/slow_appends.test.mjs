// A machine on which a SourceBuffer takes longer for an append than the next piece takes to come, as with nine players on one page
// beside other programs: a viewer is none the later for it.

import { test } from "node:test";
import { report } from "../faults/report.mjs";
import { median, readBarcodes } from "./harness/barcodes.mjs";
import { openBoth, record, view } from "./harness/pages.mjs";
import { picturesOf } from "./harness/pictures.mjs";

/** How long the viewer is watched, s; from then on it is to be where it stays. */
const SECONDS = 10;
const SETTLED = 7;
/** How far behind a picture is then, ms: what docs/GUIDE.md says of the mode, two appends, and what is kept ahead where it has run dry, at most a second. */
const BEHIND = 250 + 2 * 200 + 850;

/** Runs in a page before anything else: it hears 200 ms later that an append is done. Pieces come every 30 to 60 ms. */
function slowAppends() {
  const { addEventListener } = SourceBuffer.prototype;
  SourceBuffer.prototype.addEventListener = function (type, hear, ...more) {
    const late = (event) => setTimeout(() => hear.call(this, event), 200);
    addEventListener.call(this, type, type === "updateend" ? late : hear, ...more);
  };
}

test("what comes while something is being appended does not queue up", { timeout: 60_000 }, async (t) => {
  const { broadcaster, viewer } = await openBoth(t, { inject: [slowAppends] });
  await record(broadcaster, "barcodes", { restartInterval: 2000 });
  await view(viewer, { mode: "mse" });
  const shown = readBarcodes(await picturesOf(viewer, SECONDS), { skip: true });
  const began = shown[0].at;
  t.diagnostic(shown.filter((_, i) => i % 5 === 0).map(({ at, latency }) => `${at - began}: ${latency}`).join(", "));
  const later = shown.filter(({ at }) => at >= began + SETTLED * 1000);
  await report(t, "viewer whose machine is slow to append", [
    { what: `latency after ${SETTLED} s, by bar codes`, value: median(later.map(({ latency }) => latency)), unit: "ms", limit: BEHIND },
  ]);
});
