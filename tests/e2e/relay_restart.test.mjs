// The relay goes and comes back: broadcaster and viewers go on by themselves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startRelay } from "../../scripts/relay.mjs";
import { appended } from "./harness/appended.js";
import { readBarcodes, stepsBack } from "./harness/barcodes.mjs";
import { blobsOf } from "./harness/blobs.mjs";
import { launchChromium, LOST } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { DEADLINE, logOf, openBare, record, relayFor, statsOf, until, untilInside, untilState, view } from "./harness/pages.mjs";
import { filming, pictures } from "./harness/pictures.mjs";
import { assertOnce, assertSame, assertUncut, assertWhole, segmentsOf } from "./harness/segments.mjs";
import { traffic } from "./harness/traffic.js";
import { framesOf } from "./harness/webm.mjs";

/** Kills the relay and waits until both pages have noticed. Gives what starts it again at the same address. */
async function kill(t, relay, broadcaster, viewer) {
  process.kill(relay.pid, "SIGKILL");
  await relay.exit;
  await untilState(viewer, "viewing", "reconnecting");
  await untilState(broadcaster, "recording", "reconnecting");
  return async () => {
    const again = await startRelay({ www: "tests/e2e/pages", args: ["--listen", `127.0.0.1:${relay.port}`, "--log", "warn"] });
    defer(t, again.stop);
    await untilState(broadcaster, "recording", "live");
    await untilState(viewer, "viewing", "live");
  };
}

// In the short form the next tests have mode mse.
for (const mode of shortOrLong(["glue"], ["mse", "glue"])) {
  test(`in mode ${mode}, pictures go on after the relay was killed and started again`, { timeout: 90_000 }, async (t) => {
    const relay = await relayFor(t);
    const broadcaster = await openBare(await launchChromium(t), relay, { expects: LOST });
    const viewer = await openBare(await launchChromium(t), relay, { expects: LOST });
    await record(broadcaster, "barcodes", { restartInterval: 1000 });
    await view(viewer, { mode });
    await pictures(viewer, 10);
    const { segment } = await viewer.evaluate(() => viewing.stats());

    const startAgain = await kill(t, relay, broadcaster, viewer);
    await startAgain();
    await until(viewer, (before) => viewing.stats().segment > before, segment);
    assert.equal((await pictures(viewer, 30)).length, 30);
    const latency = await viewer.evaluate(() => viewing.stats().latency);
    assert.ok(latency >= 0 && latency < 5000, `${latency} ms`);
  });
}

/** Long enough for both to be back before the segment is dropped that was broken off. */
const INTERVAL = 6000;

/** When the relay is killed, in ms into a segment, and what happens before it comes back. */
const AWAY = {
  "in the middle of a segment": { from: 1500, during: async () => {} },
  "over a handover": {
    from: 5000,
    async during(broadcaster) {
      const { restarts } = await statsOf(broadcaster, "recording");
      await until(broadcaster, (restarts) => recording.stats().restarts > restarts, restarts);
    },
  },
};

/** The frames without their times, which are others in a player's stream. */
const hashes = (frames) => frames.map((frame) => frame.split(" ")[1]);

for (const [when, { from, during }] of Object.entries(AWAY)) {
  test(`a relay that is away ${when}: nothing is shown twice, nothing is missing`, { timeout: 90_000 }, async (t) => {
    const relay = await relayFor(t);
    const broadcaster = await openBare(await launchChromium(t), relay, { inject: [traffic], expects: LOST });
    const viewer = await openBare(await launchChromium(t), relay, { inject: [traffic, appended], expects: LOST });
    await record(broadcaster, "barcodes", { restartInterval: INTERVAL });
    await view(viewer, { mode: "mse" });
    await pictures(viewer, 10);
    const endFilm = await filming(viewer);
    await untilInside(broadcaster, from);
    const { segment } = await statsOf(broadcaster, "recording");

    const startAgain = await kill(t, relay, broadcaster, viewer);
    await during(broadcaster);
    await startAgain();
    await until(viewer, (before) => viewing.stats().segment > before, segment);
    await pictures(viewer, 30);
    const shown = readBarcodes(await endFilm());
    await broadcaster.evaluate(() => recording.stop());
    await untilState(viewer, "viewing", "ended");

    const recorded = await segmentsOf(broadcaster, "sent");
    const received = await segmentsOf(viewer, "received");
    for (const segments of [recorded, received]) {
      assertWhole(segments);
      assertUncut(segments);
    }
    assertOnce(received);
    assertSame(received, recorded);
    const { bytes } = await statsOf(broadcaster, "recording");
    assert.equal([...recorded.values()].reduce((sum, { bytes }) => sum + bytes.length, 0), bytes, "what was recorded meanwhile too");

    const wanted = framesOf(Buffer.concat([...received.values()].map(({ bytes }) => bytes)));
    const [video, sound] = Object.keys(wanted).sort((a, b) => wanted[b].length - wanted[a].length);
    // The last picture waits a moment for another one.
    let played;
    for (const deadline = Date.now() + DEADLINE; !(played?.[video].length >= wanted[video].length) && Date.now() < deadline; ) {
      played = framesOf(Buffer.concat(await blobsOf(viewer, () => window.appended)));
    }
    assert.deepEqual(hashes(played[video]), hashes(wanted[video]), "each picture is played once");
    // Of a packet that overlaps another one, only a part is played; what is missing is made up.
    const heard = new Set(hashes(played[sound]));
    const kept = hashes(wanted[sound]).filter((hash) => heard.has(hash));
    assert.ok(kept.length >= wanted[sound].length - received.size, `${kept.length} of ${wanted[sound].length} packets are played whole`);
    assert.deepEqual(hashes(played[sound]).filter((hash) => kept.includes(hash)), kept, "and once, in order");
    assert.deepEqual(stepsBack(shown), []);
    for (const [page, kind] of [[broadcaster, "recording"], [viewer, "viewing"]]) {
      assert.deepEqual((await logOf(page, kind)).errors, []);
    }
  });
}
