// What a browser broadcast is one film afterwards: each picture once, also where the relay was killed.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as passes } from "node:timers/promises";
import { promisify } from "node:util";
import { startRelay } from "../../scripts/relay.mjs";
import { report } from "../faults/report.mjs";
import { longest, readBarcodes, stepsBack } from "./harness/barcodes.mjs";
import { launchChromium, LOST } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { lumasIn, shownIn as picturesIn } from "./harness/decoded.mjs";
import { folderFor } from "./harness/folder.mjs";
import { shortOrLong } from "./harness/length.mjs";
import { DEADLINE, logOf, openBare, record, relayFor, untilInside, untilState } from "./harness/pages.mjs";
import { assertWhole, segmentsOf } from "./harness/segments.mjs";
import { traffic } from "./harness/traffic.js";
import { blocksOf, pictureTrack } from "./harness/webm.mjs";

/** ms. */
const SEGMENT = 2000;
const FRAME = 1000 / 30;
/** Nobody waits for a packet of sound, ms. */
const PACKET = 60;

/** How many segments there are before the relay is killed, and after. */
const SEGMENTS = shortOrLong(4, 150);

const PATIENCE = 2 * SEGMENTS * SEGMENT + 120_000;

async function broadcast(t, relay) {
  const page = await openBare(await launchChromium(t), relay, { inject: [traffic], expects: LOST });
  await record(page, "barcodes", { restartInterval: SEGMENT });
  return page;
}

/** Waits until so many segments have begun since `restarts`. */
const untilRestarts = (page, restarts) =>
  page.waitForFunction((restarts) => recording.stats().restarts >= restarts, { timeout: SEGMENTS * SEGMENT + DEADLINE }, restarts);

async function kill(relay) {
  process.kill(relay.pid, "SIGKILL");
  await relay.exit;
}

/** The relay once more, at the same address. */
async function startAgain(t, relay, archive) {
  const again = await startRelay({ www: "tests/e2e/pages", args: ["--listen", `127.0.0.1:${relay.port}`, "--log", "warn", "--archive", archive] });
  defer(t, again.stop);
  return again;
}

/** Waits until there are no unfinished segments but have been some until `number`, and gives all. */
async function untilKept(relay, isSo) {
  const end = Date.now() + DEADLINE;
  for (;;) {
    const { segments } = await (await fetch(`${relay.url}archive/lobby`)).json();
    if (isSo(segments)) return segments;
    assert.ok(Date.now() < end, `the archive has ${segments.length} segments, the last is ${segments.at(-1)?.number}`);
    await passes(50);
  }
}

/** The film of all, with how long it says that it plays, in ms, and what is in its pictures. */
async function exported(t, relay) {
  const response = await fetch(`${relay.url}export/lobby`);
  assert.equal(response.status, 200);
  const bytes = Buffer.from(await response.arrayBuffer());
  assert.equal(bytes.length, Number(response.headers.get("content-length")));
  const file = join(await folderFor(t), "film.webm");
  await writeFile(file, bytes);
  const { stdout, stderr } = await promisify(execFile)("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", file]);
  assert.equal(stderr, "", "ffprobe finds nothing wrong");
  return { duration: Number(stdout) * 1000, shown: shownIn(bytes) };
}

/** The bar codes that a WebM shows. */
const shownIn = (bytes) => readBarcodes(lumasIn(bytes).map((luma) => ({ luma, at: 0 })));

const numbers = (shown) => shown.map(({ number }) => number);

/** The pictures in what a page has sent, segment by segment. */
async function sentBy(page) {
  const segments = await segmentsOf(page, "sent");
  return [...segments.values()].map(({ number, bytes }) => {
    const track = pictureTrack(bytes);
    const pictures = [...blocksOf(bytes)].filter((block) => block.track === track);
    return { number, shown: readBarcodes(picturesIn({ bytes, pictures }).map(({ luma }) => ({ luma, at: 0 }))) };
  });
}

test("a broadcast is one film afterwards with each picture once, although the relay was killed in it", { timeout: PATIENCE }, async (t) => {
  const archive = await folderFor(t);
  const relay = await relayFor(t, "--archive", archive);
  const page = await broadcast(t, relay);
  await untilRestarts(page, SEGMENTS);
  await untilInside(page, SEGMENT / 2);
  await kill(relay);
  await untilState(page, "recording", "reconnecting");
  const again = await startAgain(t, relay, archive);
  await untilState(page, "recording", "live");
  await untilRestarts(page, 2 * SEGMENTS);
  await page.evaluate(() => recording.stop());

  const sent = await sentBy(page);
  const segments = await untilKept(again, (segments) => segments.at(-1)?.number === sent.at(-1).number);
  assert.deepEqual(segments.map(({ number }) => number), sent.map(({ number }) => number), "each segment is kept");
  const { duration, shown } = await exported(t, again);
  assert.deepEqual(numbers(shown), sent.flatMap(({ shown }) => numbers(shown)), "each picture that was sent is there, once, in order");
  assert.deepEqual(stepsBack(shown), []);
  assertWhole(await segmentsOf(page, "sent"));
  assert.deepEqual((await logOf(page, "recording")).errors, []);

  const drawn = shown.at(-1).time - shown[0].time;
  // A last segment that has hardly begun may end before the last picture of the one before it.
  const end = Math.max(...segments.map(({ start, duration }) => start + duration));
  await report(t, "a broadcast as a film", [
    { what: "pictures", value: shown.length },
    { what: "segments", value: segments.length },
    // When a recorder is started Chromium captures the canvas once more, for all that record it.
    { what: "frames that were captured twice", value: shown.filter(({ number }, i) => number === shown[i - 1]?.number).length },
    { what: "how long the film plays, beside the segments", value: Math.abs(duration - (end - segments[0].start)), unit: "ms", limit: 1 },
    // It goes on until the last packet of sound ends.
    { what: "how long the film plays, beside the bar codes", value: Math.abs(duration - drawn - FRAME), unit: "ms", limit: FRAME + PACKET },
    { what: "longest step from picture to picture", value: longest(shown, "time"), unit: "ms" },
  ]);
});

test("when relay and broadcaster end without a word, everything until then plays", { timeout: PATIENCE }, async (t) => {
  const archive = await folderFor(t);
  const relay = await relayFor(t, "--archive", archive);
  const page = await broadcast(t, relay);
  await untilRestarts(page, SEGMENTS);
  await untilInside(page, SEGMENT / 2);
  await kill(relay);
  const sent = await sentBy(page);
  await page.close();

  const again = await startAgain(t, relay, archive);
  // The one that was broken off is finished by itself.
  const { number } = sent.at(-1);
  await untilKept(again, (segments) => segments.at(-1)?.number === number);
  const { shown } = await exported(t, again);
  const all = sent.flatMap(({ shown }) => shown);
  assert.deepEqual(numbers(shown), numbers(all).slice(0, shown.length));
  await report(t, "relay and broadcaster end without a word", [
    { what: "pictures", value: shown.length },
    { what: "not in the film, of what was sent", value: all.at(-1).time - shown.at(-1).time, unit: "ms", limit: 500 },
  ]);
});
