import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { asCamera, frames } from "./harness/clip.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { compare } from "./harness/match.mjs";
import { logOf, openBare, record, relayFor, stateOf, until, untilInside, untilState, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";
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

test("two viewers at once both see the clip", { timeout: 60_000 }, async (t) => {
  const clip = await frames("cockatoo");
  const relay = await relayFor(t);
  const studio = await launchChromium(t, { clip: await asCamera("cockatoo") });
  const home = await launchChromium(t);
  await record(await openBare(studio, relay), "camera", { restartInterval: 2000 });
  // Each in the foreground of its own window: a browser does not paint hidden tabs.
  const viewers = [await openBare(home, relay), await openBare(await launchChromium(t), relay)];
  const shown = await Promise.all(
    viewers.map(async (viewer) => {
      await view(viewer, { mode: "mse" });
      return pictures(viewer, 60);
    }),
  );
  for (const pictures of shown) {
    const verdict = compare(pictures.map(({ luma }) => luma), clip);
    assert.ok(verdict.ok, JSON.stringify(verdict));
  }
});

test("a viewer may come before the broadcaster", { timeout: 60_000 }, async (t) => {
  const relay = await relayFor(t);
  const viewer = await openBare(await launchChromium(t), relay);
  await view(viewer, { mode: "mse" });
  assert.equal(await stateOf(viewer, "viewing"), "waiting");

  const broadcaster = await openBare(await launchChromium(t, { clip: await asCamera("cockatoo") }), relay);
  await record(broadcaster, "camera");
  await untilState(viewer, "viewing", "live");
  assert.equal((await pictures(viewer, 10)).length, 10);
  assert.deepEqual(await logOf(viewer, "viewing"), { states: ["waiting", "live"], errors: [] });
});
