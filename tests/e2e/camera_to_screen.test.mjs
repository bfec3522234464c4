// The main thing: what the camera films is what a viewer in another browser sees.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { asCamera, frames } from "./harness/clip.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { compare } from "./harness/match.mjs";
import { openBare, record, relayFor, statsOf, untilState, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";

for (const mode of shortOrLong(["mse"], ["mse", "glue"])) {
  test(`a viewer in mode ${mode} sees the clip that the camera plays, and no other`, { timeout: 90_000 }, async (t) => {
    const clip = await frames("cockatoo");
    const other = await frames("hello");
    const relay = await relayFor(t);
    const studio = await launchChromium(t, { clip: await asCamera("cockatoo") });
    const home = await launchChromium(t);

    const broadcaster = await openBare(studio, relay);
    await record(broadcaster, "camera", { restartInterval: 2000 });
    const viewer = await openBare(home, relay);
    await view(viewer, { mode });
    await untilState(viewer, "viewing", "live");

    const shown = (await pictures(viewer, 100)).map(({ luma }) => luma);
    const verdict = compare(shown, clip);
    t.diagnostic(JSON.stringify(verdict));
    assert.ok(verdict.ok, JSON.stringify(verdict));
    const control = compare(shown, other);
    assert.ok(!control.ok, `the same pictures match another clip: ${JSON.stringify(control)}`);

    const stats = await statsOf(viewer, "viewing");
    assert.equal(stats.mode, mode);
    assert.match(stats.mimeType, /^video\/webm/);
    assert.ok(stats.bytes > 0 && stats.segment > 0, JSON.stringify(stats));
  });
}
