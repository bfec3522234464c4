// The whole fleet on one machine: a NATS server, three relays, and a small server for the page, which outlives the relays.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { startNats } from "../../scripts/nats.mjs";
import { startRelay } from "../../scripts/relay.mjs";
import { root } from "../../scripts/run.mjs";

const RELAYS = 3;
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };

/** Starts all; `args` go to each relay, which listens where it likes. `exit` resolves when `stop()` was called. */
export async function serve(args) {
  const own = args.filter((arg, i) => arg !== "--listen" && args[i - 1] !== "--listen");
  const nats = await startNats();
  const start = (port = 0) => startRelay({ www: null, args: [...own, "--nats", nats.url, "--listen", `127.0.0.1:${port}`] });
  const relays = [];
  let ended;
  const exit = new Promise((resolve) => (ended = resolve));
  const stop = async () => {
    pages?.closeAllConnections();
    pages?.close();
    await Promise.all(relays.map(({ relay }) => relay.stop()));
    await nats.stop();
    ended([0]);
  };
  let pages;
  try {
    while (relays.length < RELAYS) relays.push({ relay: await start(), runs: true });
    pages = createServer((request, response) => answer(request, response, { relays, start })).listen(0, "127.0.0.1");
    await once(pages, "listening");
    return { url: `http://127.0.0.1:${pages.address().port}/`, exit, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The relays, what is to be done with one, or a file. */
async function answer({ method, url }, response, { relays, start }) {
  const [, number, what] = url.match(/^\/relays\/(\d)\/(kill|start)$/) ?? [];
  const chosen = relays[number];
  if (method === "POST" && chosen) {
    if (what === "kill" && chosen.runs) await kill(chosen);
    if (what === "start" && !chosen.runs) Object.assign(chosen, { relay: await start(chosen.relay.port), runs: true });
  }
  if (url.startsWith("/relays")) return response.end(JSON.stringify(relays.map(described)));
  const [, isOfPackage, name] = url.match(/^\/(blobcast\/)?([\w.-]*)$/) ?? [];
  const file = join(root, isOfPackage ? "pkg" : "examples/fleet", name || "index.html");
  const body = await readFile(file).catch(() => null);
  response.writeHead(body ? 200 : 404, { "Content-Type": TYPES[extname(file)] ?? "text/plain" }).end(body ?? "not found");
}

/** As a machine that fails: without a word to anyone. */
async function kill(chosen) {
  chosen.runs = false;
  process.kill(chosen.relay.pid, "SIGKILL");
  await chosen.relay.exit;
}

const described = ({ relay, runs }) => ({ url: relay.wsUrl, pid: relay.pid, runs });
