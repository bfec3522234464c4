// A day's worth of segments, as fast as they go, for viewers who come and go: the relay is in the end as it was in the beginning, and
// nobody misses anything. What a browser keeps of thousands of segments is in tests/soak/segments.test.mjs.
// SEGMENTS=1000 makes it shorter.

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { relayFor } from "../e2e/harness/pages.mjs";
import { random } from "../e2e/harness/random.mjs";
import { memory } from "../fanout/processes.mjs";
import { broadcast, Viewer } from "./crowd.mjs";
import { report } from "./report.mjs";

const SEGMENTS = Number(process.env.SEGMENTS ?? 20_000);
const VIEWERS = 20;
/** A viewer stays for so many segments, at least and at most. */
const STAYS = [20, 400];
/** By now all pools are full. */
const SETTLED = SEGMENTS / 10;
/** What memory may grow by, MB: a leak of 1 KB in a segment would be 18. */
const BREATH = 3;

test(`${SEGMENTS} segments and ${VIEWERS} viewers who come and go leave nothing behind`, { timeout: 900_000 }, async (t) => {
  const unlimited = ["--max-segments-per-second", "1000000", "--max-bytes-per-second", "10000000000"];
  const relay = await relayFor(t, ...unlimited);
  const atFirst = await measure(relay);
  const broadcaster = await broadcast(relay);
  const chance = random(1);
  const stay = () => Math.floor(STAYS[0] + chance() * (STAYS[1] - STAYS[0]));
  const come = async (joinedAt) => ({ viewer: await Viewer.come(relay), joinedAt, until: joinedAt + stay() });
  const watching = await Promise.all(Array.from({ length: VIEWERS }, () => come(0)));
  let came = VIEWERS;
  const figures = [];
  const began = performance.now();
  for (let sent = 1; sent <= SEGMENTS; sent++) {
    const segment = broadcaster.send();
    // Those who have come after it was over hear of the next one first.
    await Promise.all(watching.filter(({ joinedAt }) => joinedAt < sent).map(({ viewer }) => viewer.until(segment)));
    for (const [i, { viewer, joinedAt, until }] of watching.entries()) {
      if (until > sent) continue;
      assert.ok(viewer.seen >= sent - joinedAt, `${viewer.seen} of ${sent - joinedAt} segments`);
      viewer.go();
      watching[i] = await come(sent);
      came++;
    }
    if (sent === SETTLED || sent === SEGMENTS / 2 || sent === SEGMENTS) figures.push(await measure(relay, VIEWERS * 2 + 2));
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  broadcaster.stop();
  for (const { viewer } of watching) viewer.go();
  const inTheEnd = await measure(relay, 0);
  for (const [when, figure] of Object.entries({ "before": atFirst, "a tenth": figures[0], "half": figures[1], "all": figures[2], "after": inTheEnd })) {
    t.diagnostic(`${when}: ${figure.memory.toFixed(1)} MB, ${figure.descriptors} descriptors, ${figure.tasks} tasks`);
  }
  assert.equal(figures[2].descriptors, figures[0].descriptors);
  assert.equal(figures[2].tasks, figures[0].tasks);
  assert.equal(inTheEnd.descriptors, atFirst.descriptors);
  assert.equal(inTheEnd.tasks, atFirst.tasks);
  await report(t, `${SEGMENTS} segments for ${VIEWERS} viewers who come and go`, [
    { what: "viewers who came", value: came },
    { what: "all of it took", value: seconds, unit: "s" },
    { what: "memory after all, beyond that after a tenth", value: figures[2].memory - figures[0].memory, unit: "MB", limit: BREATH },
    { what: "memory after all", value: figures[2].memory, unit: "MB" },
    { what: "descriptors after all, beyond those after a tenth", value: figures[2].descriptors - figures[0].descriptors, limit: 0 },
    { what: "tasks after all, beyond those after a tenth", value: figures[2].tasks - figures[0].tasks, limit: 0 },
  ]);
});

/** What the relay holds, once it has so many tasks: those of who has just gone end after a round trip. */
async function measure(relay, tasks) {
  for (;;) {
    const { tasks: now } = await (await fetch(`${relay.url}streams`, { headers: { connection: "close" } })).json();
    if (tasks !== undefined && now !== tasks) continue;
    const descriptors = (await readdir(`/proc/${relay.pid}/fd`)).length;
    return { memory: await memory(relay.pid), descriptors, tasks: now };
  }
}
