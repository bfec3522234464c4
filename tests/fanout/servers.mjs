// The servers that are compared: how each is started, and what its audience is.

import { dirname, join } from "node:path";
import { FOR_TESTS, relayProgram } from "../../scripts/relay.mjs";
import { root } from "../../scripts/run.mjs";

const peers = join(root, "tests/fanout/peers");

/** A program of relay/examples. */
export const example = (name) => join(dirname(relayProgram), "examples", name);

/**
 * `protocol`: what the viewers speak; `sendsItself`: whether no broadcaster has to be among them; `secure`: by TLS. `countsItself`: there
 * are no viewers, the program itself tells how many messages it has done.
 */
export const SERVERS = {
  floor: { command: ({ bytes, hertz }) => [example("floor"), String(bytes), String(hertz)], protocol: "plain", sendsItself: true },
  relay: { command: () => relay(), protocol: "blobcast" },
  "relay-tls": { command: ({ tls }) => [...relay(), "--tls-cert", tls.cert, "--tls-key", tls.key], protocol: "blobcast", secure: true },
  cipher: { command: ({ bytes, hertz, viewers }) => [example("cipher"), ...[bytes, hertz, viewers].map(String)], countsItself: true },
  "relay, 1 thread": { command: () => relay(), env: { TOKIO_WORKER_THREADS: "1" }, protocol: "blobcast" },
  bun: { command: () => [join(peers, "node_modules/.bin/bun"), join(peers, "bun.js")], protocol: "plain" },
  ws: { command: () => [process.execPath, join(peers, "ws.mjs")], protocol: "plain" },
};

/** All viewers come from one address here. */
const relay = () => [relayProgram, ...FOR_TESTS, "--max-connections-per-address", "1000000"];
