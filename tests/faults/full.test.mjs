// A relay that has used up what its system gives it: descriptors, and the disk of its log.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { test } from "node:test";
import WebSocket from "ws";
import { relayProgram } from "../../scripts/relay.mjs";
import { launchChromium, LOST } from "../e2e/harness/browser.mjs";
import { defer } from "../e2e/harness/cleanup.mjs";
import { freePort } from "../e2e/harness/free_port.mjs";
import { logOf, openBare, record, relayFor, view } from "../e2e/harness/pages.mjs";
import { pictures } from "../e2e/harness/pictures.mjs";
import { SUBPROTOCOL } from "../e2e/harness/sockets.mjs";
import { report } from "./report.mjs";
import { assertSane, watch } from "./viewers.mjs";

/** A refused client stays away for ten seconds, and then a moment more, ms. */
const COMES_IN = 25_000;
/** What nobody takes for a fault, ms. */
const UNSEEN = 1000;

/** The relay gets so many descriptors, and keeps some of them for those whom it refuses (relay/src/descriptors.rs). */
const MOST = 512;
const KEPT = MOST / 16;

const descriptors = async ({ pid }) => (await readdir(`/proc/${pid}/fd`)).map(Number);

/** Takes all descriptors of the relay that it would give away, and gives them back: connections that say nothing. */
async function useUp(t, relay) {
  execFileSync("prlimit", ["--pid", relay.pid, `--nofile=${MOST}:`]);
  const crowd = [];
  const leave = () => crowd.forEach((socket) => socket.destroy());
  defer(t, async () => leave());
  const isFull = (numbers) => numbers.filter((number) => number < MOST - KEPT).length === MOST - KEPT;
  for (let known = await descriptors(relay); !isFull(known); ) {
    crowd.push(connect(relay.port, "127.0.0.1").on("error", () => {}));
    const before = known.length;
    do known = await descriptors(relay);
    while (known.length <= before);
  }
  return { count: crowd.length, leave };
}

/** What a socket that asks for this is closed with. */
async function refusal(relay, query) {
  const socket = new WebSocket(`${relay.wsUrl}/view/lobby/chunk?${query}`, SUBPROTOCOL);
  const [code, reason] = await once(socket, "close");
  return { code, reason: String(reason) };
}

test("descriptors are used up: newcomers are told, the others see no difference, and it recovers", { timeout: 120_000 }, async (t) => {
  const relay = await relayFor(t, "--handshake-time", "2m");
  const broadcaster = await openBare(await launchChromium(t), relay);
  const viewer = await openBare(await launchChromium(t), relay);
  const late = await openBare(await launchChromium(t), relay, { expects: LOST });
  await record(broadcaster, "barcodes", { restartInterval: 1000 });
  await view(viewer, { mode: "mse" });
  await pictures(viewer, 10);
  const end = await watch(viewer);

  const crowd = await useUp(t, relay);
  const refused = await refusal(relay, "session=newcomer");
  t.diagnostic(`${crowd.count} more used them up; the next one was closed with ${refused.code}: ${refused.reason}`);
  assert.equal(refused.code, 4429);
  assert.match(refused.reason, /^\d+ s: .*ulimit -n/);
  const error = await late.evaluate(() => refusal(startViewing(video, here({ connectTimeout: 2000 }))));
  t.diagnostic(`a page that views is told: ${error?.name}: ${error?.message}`);
  assert.equal(error?.name, "TimeoutError");
  assert.match(error.message, /ulimit -n/);

  const comesIn = view(late, { mode: "mse", connectTimeout: COMES_IN });
  await pictures(viewer, 60);
  const freed = performance.now();
  crowd.leave();
  await comesIn;
  await pictures(late, 10);
  const cameIn = performance.now() - freed;
  const { stood, missed, latencies, states, errors } = await end();
  assertSane(latencies);
  assert.deepEqual([states, errors], [[], []]);
  assert.deepEqual((await logOf(broadcaster, "recording")).errors, []);
  await report(t, "the relay's descriptors used up", [
    { what: "a picture stood for who was there", value: stood, unit: "ms", limit: UNSEEN },
    { what: "what who was there never saw", value: missed, unit: "ms", limit: UNSEEN },
    { what: "a refused viewer sees pictures, after there is room", value: cameIn, unit: "ms", limit: COMES_IN },
  ]);
});

test("the disk of its log is full: a relay that says all it can goes on, and ends well", { timeout: 60_000 }, async (t) => {
  const port = await freePort();
  const full = openSync("/dev/full", "w");
  const args = ["--www", "tests/e2e/pages", "--package", "pkg", "--listen", `127.0.0.1:${port}`, "--log", "trace"];
  const child = spawn(relayProgram, args, { stdio: ["ignore", full, full] });
  const exit = once(child, "exit");
  const relay = { url: `http://127.0.0.1:${port}/`, wsUrl: `ws://127.0.0.1:${port}` };
  defer(t, async () => child.kill("SIGKILL"));
  while (!(await fetch(`${relay.url}healthz`).then(({ ok }) => ok, () => false)));
  const broadcaster = await openBare(await launchChromium(t), relay);
  const viewer = await openBare(await launchChromium(t), relay);
  await record(broadcaster, "barcodes", { restartInterval: 1000 });
  await view(viewer, { mode: "mse" });
  await pictures(viewer, 10);
  const end = await watch(viewer);
  // It has something to say of each.
  for (let i = 0; i < 50; i++) assert.equal((await refusal(relay, "session=no+session")).code, 4400);
  await pictures(viewer, 60);
  const { stood, missed, errors } = await end();
  assert.deepEqual(errors, []);
  await viewer.evaluate(() => viewing.stop());
  await broadcaster.evaluate(() => recording.stop());
  child.kill("SIGTERM");
  assert.deepEqual(await exit, [0, null]);
  await report(t, "the disk of the relay's log full", [
    { what: "a picture stood", value: stood, unit: "ms", limit: UNSEEN },
    { what: "what a viewer never saw", value: missed, unit: "ms", limit: UNSEEN },
  ]);
});
