// What it costs a server to hand one message to many viewers: CPU time per delivered message by the operating system's accounting.

import { setTimeout as wait } from "node:timers/promises";
import { cpuTime, memory, start } from "./processes.mjs";
import { example, SERVERS } from "./servers.mjs";

/** Nothing is measured until all is warm, ms. */
const SETTLING = 2000;

/**
 * Measures servers in turn, so many rounds, and gives each one's medians: `{ cpu (µs per message), memory (MB), share (of what was sent) }`.
 * `load` is `{ viewers, bytes, hertz, tls }`, the last a certificate's files.
 */
export async function compare(names, load, { rounds, seconds }) {
  const taken = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) taken[name].push(await measure(SERVERS[name], load, seconds));
  }
  return Object.fromEntries(names.map((name) => [name, medians(taken[name])]));
}

async function measure({ command, env, protocol, sendsItself, secure, countsItself }, load, seconds) {
  const { viewers, bytes, hertz, tls } = load;
  const [program, ...args] = command(load);
  const server = await start(program, args, env);
  let audience;
  try {
    if (!countsItself) {
      const asked = [new URL(server.first.url).host, viewers, protocol, bytes, sendsItself ? 0 : hertz].map(String);
      audience = await start(example("audience"), secure ? [...asked, tls.cert] : asked);
    }
    await wait(SETTLING);
    const count = async () => {
      const cpu = await cpuTime(server.pid);
      const at = performance.now();
      const { bytes: came, messages = came / bytes } = await (audience ?? server).ask();
      return { cpu, at, messages };
    };
    const before = await count();
    await wait(seconds * 1000);
    const after = await count();
    const messages = after.messages - before.messages;
    return {
      cpu: (after.cpu - before.cpu) / 1000 / messages,
      memory: await memory(server.pid),
      share: messages / (((after.at - before.at) / 1000) * hertz * viewers),
    };
  } finally {
    await audience?.stop();
    await server.stop();
  }
}

function medians(runs) {
  const median = (key) => runs.map((run) => run[key]).sort((a, b) => a - b)[runs.length >> 1];
  return { cpu: median("cpu"), memory: median("memory"), share: median("share") };
}
