// The real relay as a child process, for the demo and for the tests.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root, run } from "./run.mjs";

const TARGET = "target"; // said to cargo too, since an environment variable can move it

export const buildRelay = () =>
  run("cargo", ["build", "--quiet", "--release", "--package", "blobcast-relay", "--target-dir", TARGET]);

/** The relay, and the programs that play its peers (relay/examples). */
export const buildRelayAndPeers = () =>
  run("cargo", ["build", "--quiet", "--release", "--package", "blobcast-relay", "--bins", "--examples", "--target-dir", TARGET]);

export const relayProgram = join(root, TARGET, "release/blobcast-relay");

/** A test's relay takes any free port, and says only what went wrong. */
export const FOR_TESTS = ["--listen", "127.0.0.1:0", "--log", "warn"];

/**
 * Starts the relay and waits until it listens, which it says in one line of JSON.
 * `www` is the folder whose pages it serves, with the list of broadcasts for the demo; the package is served under /blobcast/. `env`
 * goes over the environment; `within` is a command that runs it somewhere else.
 */
export async function startRelay({ www = "www", args = [], env, within = [] } = {}) {
  const [command, ...rest] = [...within, relayProgram, "--www", www, "--package", "pkg", "--public-list", ...args];
  const child = spawn(command, rest, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(child, "exit"); // rejects when the program cannot be run at all
  const line = once(createInterface({ input: child.stdout }), "line").then(([text]) => JSON.parse(text));
  const started = await Promise.race([line, exit]);
  if (!started.listening) throw new Error(`the relay ended before it listened: exit code ${started[0]}`);
  return {
    url: started.url,
    wsUrl: started.url.replace(/^http/, "ws").replace(/\/$/, ""),
    port: Number(started.listening.split(":").at(-1)),
    pid: child.pid,
    line: started,
    exit,
    /** Ends it and waits until it is gone. */
    async stop() {
      child.kill("SIGTERM");
      await exit;
    },
  };
}
