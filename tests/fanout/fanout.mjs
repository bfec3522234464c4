// What it costs a server to hand one message to many viewers: CPU time per delivered message by the operating system's accounting.

import { availableParallelism } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { cpuTime, memory, start } from "./processes.mjs";
import { example, SERVERS } from "./servers.mjs";

/** Nothing is measured until all is warm, ms. */
const SETTLING = 2000;

/**
 * Measures servers in turn, so many rounds, and gives each one's medians: `{ cpu (µs per message), memory (MB), spread (first to last viewer, p99, ms), share (of what was sent) }`.
 * `load` is `{ viewers, bytes, hertz, tls }`, the last a certificate's files.
 */
export async function compare(names, load, { rounds, seconds }) {
  const taken = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) taken[name].push(await measure(SERVERS[name], load, seconds));
  }
  return Object.fromEntries(names.map((name) => [name, medians(taken[name])]));
}

/** The server's processor, and its audience's: who reads what is sent would otherwise take the server's turn with each message. */
const [SERVER, AUDIENCE] = availableParallelism() > 1 ? [0, 1] : [];

async function measure({ command, env, protocol, sockets = 1, isFree, sendsItself, secure, countsItself }, load, seconds) {
  const { viewers, bytes, hertz, tls } = load;
  const [program, ...args] = command(load);
  const server = await start(program, args, env, isFree ? undefined : SERVER);
  let audience;
  try {
    if (!countsItself) {
      const asked = [new URL(server.first.url).host, viewers * sockets, protocol, bytes, sendsItself ? 0 : hertz].map(String);
      audience = await start(example("audience"), secure ? [...asked, tls.cert] : asked, {}, isFree ? undefined : AUDIENCE);
    }
    await wait(SETTLING);
    const count = async () => {
      const cpu = await cpuTime(server.pid);
      const at = performance.now();
      const { bytes: came, messages = came / bytes, spread = [] } = await (audience ?? server).ask();
      return { cpu, at, messages, spread };
    };
    const before = await count();
    await wait(seconds * 1000);
    const after = await count();
    const messages = after.messages - before.messages;
    return {
      cpu: (after.cpu - before.cpu) / 1000 / messages,
      memory: await memory(server.pid),
      spread: after.spread.sort((a, b) => a - b)[Math.ceil(after.spread.length * 0.99) - 1] ?? NaN,
      share: messages / (((after.at - before.at) / 1000) * hertz * viewers),
    };
  } finally {
    await audience?.stop();
    await server.stop();
  }
}

function medians(runs) {
  const median = (key) => runs.map((run) => run[key]).sort((a, b) => a - b)[runs.length >> 1];
  return { cpu: median("cpu"), memory: median("memory"), spread: median("spread"), share: median("share") };
}
