// `npm run bench:relay`: what one message to one viewer costs this relay, and others (tests/fanout).
// Exits with 1 when this one's is beyond its limit.

import { rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { compare } from "../tests/fanout/fanout.mjs";
import { compareReaders } from "../tests/fanout/readers.mjs";
import { SERVERS } from "../tests/fanout/servers.mjs";
import { makeCertificate } from "./certificate.mjs";
import { buildRelayAndPeers } from "./relay.mjs";
import { main, run } from "./run.mjs";
import { bring } from "./tools.mjs";

/** What a message may cost, µs, by what others cost; nothing if they were not measured. */
const LIMITS = {
  relay: ({ floor }) => floor && 1.1 * floor.cpu,
  "relay-tls": ({ floor, cipher }) => floor && cipher && floor.cpu + 1.2 * cipher.cpu,
};

const USAGE = `npm run bench:relay -- [options]
  --servers a,b,…   of ${Object.keys(SERVERS).join(", ")}; default: all
  --loads a,b,…     viewers x KiB x hertz; default: 100x16x10,1000x16x10,5000x16x10,1000x4x15
  --rounds N        each server is measured so many times, in turn; default: 3
  --seconds N       how long each time; default: 8
  --readers N       instead: what so many readers of the archive cost 100 who watch live; exits with 1 if the median latency grows by more than 2 ms`;

/** How much later the readers may make the median message come, ms. */
const LATER = 2;

main(import.meta, async (args) => {
  const string = { type: "string" };
  const { values } = parseArgs({ args, options: { servers: string, loads: string, rounds: string, seconds: string, readers: string, help: { type: "boolean" } } });
  if (values.help) return console.log(USAGE);
  await bring("node modules");
  await buildRelayAndPeers();
  if (values.readers) return readers(Number(values.readers), { rounds: Number(values.rounds ?? 3), seconds: Number(values.seconds ?? 8) });
  await run("npm", ["install", "--no-audit", "--no-fund", "--silent", "--prefix", "tests/fanout/peers"]);
  const names = values.servers?.split(",") ?? Object.keys(SERVERS);
  const unknown = names.find((name) => !(name in SERVERS));
  if (unknown) throw new Error(`${unknown} is none of ${Object.keys(SERVERS).join(", ")}.\n\n${USAGE}`);
  const tls = await makeCertificate();
  for (const text of (values.loads ?? "100x16x10,1000x16x10,5000x16x10,1000x4x15").split(",")) {
    const [viewers, kib, hertz] = text.split("x").map(Number);
    if (!(viewers > 0 && kib > 0 && hertz > 0)) throw new Error(`${text} is no load.\n\n${USAGE}`);
    const options = { rounds: Number(values.rounds ?? 3), seconds: Number(values.seconds ?? 8) };
    const found = await compare(names, { viewers, bytes: kib * 1024, hertz, tls }, options);
    print(`${viewers} viewers, ${kib} KiB, ${hertz} a second`, found);
    for (const [name, limit] of Object.entries(LIMITS)) if (found[name]?.cpu > limit(found)) process.exitCode = 1;
  }
  await rm(tls.folder, { recursive: true });
});

async function readers(count, options) {
  if (!(count > 0)) throw new Error(`no readers.\n\n${USAGE}`);
  const found = await compareReaders(count, { viewers: 100, bytes: 16 * 1024, hertz: 10 }, options);
  for (const [which, { median, p99, rate }] of Object.entries(found)) {
    console.log(`  ${which.padEnd(8)} ${count} readers: ${median.toFixed(2)} ms, 99 % within ${p99.toFixed(1)} ms, ${rate.toFixed(1)} MB/s read`);
  }
  if (found.with.median > found.without.median + LATER) process.exitCode = 1;
}

function print(title, found) {
  console.log(`\n${title}`);
  for (const [name, { cpu, memory, spread, share }] of Object.entries(found)) {
    const times = found.floor ? `${(cpu / found.floor.cpu).toFixed(2)} x` : "";
    const limit = LIMITS[name]?.(found);
    const judged = limit ? `, limit ${limit.toFixed(2)} µs` : "";
    console.log(`  ${name.padEnd(18)} ${cpu.toFixed(2).padStart(7)} µs ${times.padStart(8)} ${memory.toFixed(1).padStart(8)} MB ${spread.toFixed(1).padStart(8)} ms   ${(share * 100).toFixed(1)} % arrived${judged}`);
  }
}
