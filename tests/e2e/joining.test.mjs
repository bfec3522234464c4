// How soon a newcomer sees a picture, and what it receives for it. Who comes first, and several at once: viewers.test.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { asCamera } from "./harness/clip.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { openBare, record, relayFor, until, untilInside, view } from "./harness/pages.mjs";
import { traffic } from "./harness/traffic.js";

for (const mode of shortOrLong(["mse"], ["mse", "glue"])) {
  test(`in mode ${mode}, a newcomer sees a picture within a second and receives one segment at most`, { timeout: 60_000 }, async (t) => {
    const relay = await relayFor(t);
    const broadcaster = await openBare(await launchChromium(t, { clip: await asCamera("cockatoo") }), relay, { inject: [traffic] });
    const viewer = await openBare(await launchChromium(t), relay, { inject: [traffic] });
    await record(broadcaster, "camera", { restartInterval: 8000 });
    await untilInside(broadcaster, shortOrLong(2000, 4000));

    await view(viewer, { mode });
    const { after, at } = await until(viewer, () => window.firstPicture);
    t.diagnostic(`first picture after ${after.toFixed(0)} ms`);
    assert.ok(after < 1000, `${after} ms to the first picture`);

    const received = await viewer.evaluate((at) => window.traffic.received.filter((message) => message.at <= at), at);
    const segments = [...new Set(received.map(({ segment }) => segment))];
    assert.equal(segments.length, 1, `segments ${segments}`);
    assert.equal(received.filter(({ kind }) => kind === "blob").length, 1);
    const bytes = received.reduce((sum, message) => sum + message.bytes, 0);
    const sent = await broadcaster.evaluate(
      (segment) => window.traffic.sent.filter((m) => m.segment === segment).reduce((sum, m) => sum + m.bytes, 0),
      segments[0],
    );
    assert.ok(bytes > 0 && bytes <= sent, `${bytes} bytes received, the segment has ${sent}`);
  });
}
