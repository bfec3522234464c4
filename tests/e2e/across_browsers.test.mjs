import assert from "node:assert/strict";
import { test } from "node:test";
import { readBarcodes, stepsBack } from "./harness/barcodes.mjs";
import { launchChromium, launchFirefox } from "./harness/browser.mjs";
import { asCamera, frames } from "./harness/clip.mjs";
import { compare } from "./harness/match.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { logOf, openBare, record, relayFor, statsOf, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";

// In the short form one way by one mode: Firefox plays mode mse in cut_sockets, and what it records is seen in changing_source, by mode
// glue, and in element_recorder, by mode mse.
for (const [wanted, mode] of shortOrLong([["realtime", "realtime"]], [["auto", "mse"], ["glue", "glue"], ["realtime", "realtime"]])) {
  test(`Firefox sees what Chromium films, in mode ${wanted}`, { timeout: 90_000 }, async (t) => {
    const clip = await frames("cockatoo");
    const relay = await relayFor(t);
    const broadcaster = await openBare(await launchChromium(t, { clip: await asCamera("cockatoo") }), relay);
    const viewer = await openBare(await launchFirefox(t), relay);
    await record(broadcaster, "camera", { restartInterval: 2000 });
    await view(viewer, { mode: wanted });

    const verdict = compare((await pictures(viewer, 100)).map(({ luma }) => luma), clip);
    t.diagnostic(JSON.stringify(verdict));
    assert.ok(verdict.ok, JSON.stringify(verdict));
    assert.equal((await statsOf(viewer, "viewing")).mode, mode);
    assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
  });
}

for (const mode of shortOrLong([], ["mse", "glue", "realtime"])) {
  test(`Chromium sees what Firefox records, in mode ${mode}`, { timeout: 90_000 }, async (t) => {
    const relay = await relayFor(t);
    const broadcaster = await openBare(await launchFirefox(t), relay);
    const viewer = await openBare(await launchChromium(t), relay);
    await record(broadcaster, "barcodes", { restartInterval: 2000 });
    await view(viewer, { mode });

    const shown = readBarcodes(await pictures(viewer, 100));
    const gained = shown.at(-1).number - shown[0].number;
    assert.ok(gained >= 50, `100 pictures show ${gained} frames`);
    assert.deepEqual(stepsBack(shown), []);
    assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
  });
}
