// What readers of the archive cost who watches live: how long a message takes from its broadcaster to the last viewer, without them and with them.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { start } from "./processes.mjs";
import { example, relay } from "./servers.mjs";

/** Nothing is measured until all is warm, ms. */
const SETTLING = 2000;

/** What is read: a minute, as segments of 2 s at 2.5 Mbit/s. */
const SEGMENTS = 30;
const DURATION = 2000;
const BYTES = 625_000;

/**
 * Measures in turn without readers and with so many, so many rounds, and gives the medians of the rounds for both:
 * `{ median, p99 (ms), rate (MB per second that the readers got) }`.
 */
export async function compareReaders(readers, load, { rounds, seconds }) {
  const folder = await mkdtemp(join(tmpdir(), "blobcast-readers-"));
  try {
    await fill(join(folder, "shelf"));
    const taken = { without: [], with: [] };
    for (let round = 0; round < rounds; round++) {
      taken.without.push(await measure(0, load, seconds, folder));
      taken.with.push(await measure(readers, load, seconds, folder));
    }
    return { without: medians(taken.without), with: medians(taken.with) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function fill(folder) {
  await mkdir(folder);
  const began = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
  for (let segment = 0; segment < SEGMENTS; segment++) {
    const at = began + segment * DURATION;
    const time = new Date(at).toISOString().replaceAll(":", "-");
    await writeFile(join(folder, `${time}-${at}000-${DURATION}ms-vp8+opus.webm`), Buffer.alloc(BYTES, 0x5a));
  }
}

async function measure(readers, { viewers, bytes, hertz }, seconds, folder) {
  const [program, ...args] = relay();
  const server = await start(program, [...args, "--archive", folder], {}, 0);
  const started = [];
  try {
    const { host } = new URL(server.first.url);
    const audience = await start(example("audience"), [host, viewers, "blobcast", bytes, hertz].map(String), {}, 1);
    started.push(audience);
    // Who measures goes before who reads.
    const crowd = readers ? await start("nice", ["-n", "19", example("readers"), host, String(readers), "shelf"], {}, 1) : undefined;
    if (crowd) started.push(crowd);
    await wait(SETTLING);
    await audience.ask();
    const before = (await crowd?.ask())?.bytes ?? 0;
    await wait(seconds * 1000);
    const latency = (await audience.ask()).latency.sort((a, b) => a - b);
    const read = ((await crowd?.ask())?.bytes ?? 0) - before;
    return { median: latency[latency.length >> 1], p99: latency[Math.ceil(latency.length * 0.99) - 1], rate: read / seconds / 1e6 };
  } finally {
    for (const process of started) await process.stop();
    await server.stop();
  }
}

function medians(runs) {
  const median = (key) => runs.map((run) => run[key]).sort((a, b) => a - b)[runs.length >> 1];
  return { median: median("median"), p99: median("p99"), rate: median("rate") };
}
