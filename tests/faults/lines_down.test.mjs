// Two lines of real packets go down, and nobody is told: all four sockets that went over them are noticed, and when the lines are back,
// everybody goes on. One socket alone is in tests/e2e/half_open.test.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium, LOST } from "../e2e/harness/browser.mjs";
import { networkFor } from "../e2e/harness/namespace.mjs";
import { logOf, openBare, record, untilState, view } from "../e2e/harness/pages.mjs";
import { pictures } from "../e2e/harness/pictures.mjs";
import { traffic } from "../e2e/harness/traffic.js";
import { report } from "./report.mjs";

/** Two rounds of pings, in ms. */
const NOTICED_WITHIN = 20_000;
/** The system asks again for a connection after 1, 2, 4… s; a client gives up on its question after 5. */
const BACK_WITHIN = 10_000;

test("lines that go down without a word", { timeout: 240_000 }, async (t) => {
  const network = await networkFor(t);
  if (!network) return;
  const [mine, theirs] = network.lines;
  const open = async (line) => openBare(await launchChromium(t), line.at, { inject: [traffic], expects: LOST });
  const [broadcaster, viewer] = [await open(mine), await open(theirs)];
  await record(broadcaster, "barcodes", { restartInterval: 2000 });
  await view(viewer, { mode: "mse" });
  await pictures(viewer, 10);
  const peers = { recording: broadcaster, viewing: viewer };

  await Promise.all([mine.down(), theirs.down()]);
  const down = Date.now();
  const noticed = [];
  for (const [kind, page] of Object.entries(peers)) {
    // A page closes what it takes for dead.
    await page.waitForFunction(() => window.traffic.closed.length >= 2, { timeout: 2 * NOTICED_WITHIN });
    for (const { path, at } of await page.evaluate(() => window.traffic.closed.slice(0, 2))) {
      noticed.push({ what: `${kind}, ${path.endsWith("blob") ? "blob" : "chunk"} socket: noticed after`, value: at - down, unit: "ms", limit: NOTICED_WITHIN });
    }
  }
  await Promise.all([mine.up(), theirs.up()]);
  const up = Date.now();
  await Promise.all([untilState(broadcaster, "recording", "live"), untilState(viewer, "viewing", "live")]);
  const live = Date.now() - up;
  await pictures(viewer, 30);
  for (const [kind, page] of Object.entries(peers)) assert.deepEqual((await logOf(page, kind)).errors, []);
  await report(t, "lines go down without a word", [...noticed, { what: "live again after", value: live, unit: "ms", limit: BACK_WITHIN }]);
});
