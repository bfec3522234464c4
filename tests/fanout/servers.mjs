// The servers that are compared: how each is started, and what its audience is.

import { dirname, join } from "node:path";
import { FOR_TESTS, relayProgram } from "../../scripts/relay.mjs";
import { root } from "../../scripts/run.mjs";

const peers = join(root, "tests/fanout/peers");

/** A program of relay/examples. */
export const example = (name) => join(dirname(relayProgram), "examples", name);

const floor = (sockets) => ({ bytes, hertz }) => [example("floor"), ...[bytes, hertz, sockets].map(String)];

/**
 * `sockets`: how many a viewer has, if more than its protocol says. `isFree`: it may run on every processor.
 * `protocol`: what the viewers speak; `sendsItself`: whether no broadcaster has to be among them; `secure`: by TLS. `countsItself`: there
 * are no viewers, the program itself tells how many messages it has done.
 */
export const SERVERS = {
  floor: { command: floor(1), protocol: "plain", sendsItself: true },
  "floor-2-sockets": { command: floor(2), protocol: "plain", sendsItself: true, sockets: 2 },
  relay: { command: () => relay(), protocol: "blobcast" },
  "relay-tls": { command: ({ tls }) => [...relay(), "--tls-cert", tls.cert, "--tls-key", tls.key], protocol: "blobcast", secure: true },
  cipher: { command: ({ bytes, hertz, viewers }) => [example("cipher"), ...[bytes, hertz, viewers].map(String)], countsItself: true },
  "relay-1-of-2": { command: () => relay(), env: { TOKIO_WORKER_THREADS: "1" }, protocol: "blobcast", isFree: true },
  "relay-2-of-2": { command: () => relay(), env: { TOKIO_WORKER_THREADS: "2" }, protocol: "blobcast", isFree: true },
  bun: { command: () => [join(peers, "node_modules/.bin/bun"), join(peers, "bun.js")], protocol: "plain" },
  ws: { command: () => [process.execPath, join(peers, "ws.mjs")], protocol: "plain" },
};

/** All viewers come from one address here. */
export const relay = () => [relayProgram, ...FOR_TESTS, "--max-connections-per-address", "1000000"];
