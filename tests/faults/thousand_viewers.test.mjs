// A thousand viewers lose the relay at once, and come back at once: over time, in time, and for little memory. They are protocol clients
// in one process, with the package's own waits (relay/examples/crowd.rs).

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as passes } from "node:timers/promises";
import { startRelay } from "../../scripts/relay.mjs";
import { defer } from "../e2e/harness/cleanup.mjs";
import { memory, start } from "../fanout/processes.mjs";
import { example } from "../fanout/servers.mjs";
import { report } from "./report.mjs";

const VIEWERS = 1000;
const BACK_WITHIN = 5000;
/** The limit of connections is that of one address, and these answer no pings. */
const LIMITS = ["--log", "warn", "--max-connections-per-address", "20000", "--idle-time", "10m"];
/** A broadcaster of 16 KiB ten times a second, and no audience. */
const BROADCAST = ["0", "blobcast", "16384", "10"];
/** In MB: two and a half times what a thousand viewers take. */
const MEMORY = 64;
/** What each asks and opens in the first second at most: once too early, and then the health and the sockets, twice each. */
const ASKS = 6;

for (const seconds of [1, 30]) {
  test(`${VIEWERS} viewers come back after the relay was away for ${seconds} s`, { timeout: (seconds + 60) * 1000 }, async (t) => {
    const run = async (program, ...args) => {
      const peer = await start(example(program), args);
      defer(t, peer.stop);
      return peer;
    };
    const relay = await startRelay({ args: ["--listen", "127.0.0.1:0", ...LIMITS] });
    defer(t, relay.stop);
    const address = `127.0.0.1:${relay.port}`;
    await run("audience", address, ...BROADCAST);
    const crowd = await run("crowd", address, String(VIEWERS));
    const usual = await memory(relay.pid);

    process.kill(relay.pid, "SIGKILL");
    await relay.exit;
    await passes(seconds * 1000);
    assert.equal((await crowd.ask()).here, 0, "all have noticed");
    const again = await startRelay({ args: ["--listen", address, ...LIMITS] });
    defer(t, again.stop);
    const back = Date.now();
    await run("audience", address, ...BROADCAST);

    const samples = [];
    let most = 0;
    for (let at = back; at < back + 2 * BACK_WITHIN; at = Date.now()) {
      samples.push({ at, ...(await crowd.ask()) });
      most = Math.max(most, await memory(again.pid));
      await passes(50);
    }
    const { here, complete } = samples.at(-1);
    assert.equal(here, VIEWERS, "all are back, and stay");
    const asksUntil = (end) => {
      const [first, last] = [samples[0], samples.findLast(({ at }) => at < end)];
      return (last.asked + last.opened - first.asked - first.opened) / VIEWERS;
    };
    await report(t, `${VIEWERS} viewers, relay away for ${seconds} s`, [
      { what: "all are back after", value: complete - back, unit: "ms", limit: BACK_WITHIN },
      { what: "questions and sockets of each viewer in the first second", value: asksUntil(back + 1000), limit: ASKS },
      { what: "and after all are back", value: asksUntil(Infinity) - asksUntil(complete), limit: 0.1 },
      { what: "the relay's memory before", value: usual, unit: "MB" },
      { what: "the relay's memory afterwards, at most", value: most, unit: "MB", limit: MEMORY },
    ]);
  });
}
