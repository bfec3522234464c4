// Viewers: two at once, and one who is there first. How soon a newcomer sees a picture: joining.test.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { asCamera, frames } from "./harness/clip.mjs";
import { compare } from "./harness/match.mjs";
import { logOf, openBare, record, relayFor, stateOf, untilState, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";

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
