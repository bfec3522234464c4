// `npm run relay`: the relay as one binary with the demo inside it. And the real relay as a child process, for the demo and for the tests.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buildPackage } from "./build.mjs";
import { layDemo } from "./demo.mjs";
import { main, root, run } from "./run.mjs";

const TARGET = "target"; // said to cargo too, since an environment variable can move it

/** Builds the relay, with the demo inside it if the package is built. */
export async function buildRelay() {
  await layDemo();
  await run("cargo", ["build", "--quiet", "--release", "--package", "blobcast-relay", "--target-dir", TARGET]);
}

/** The relay, and the programs that play its peers (relay/examples). */
export const buildRelayAndPeers = () =>
  run("cargo", ["build", "--quiet", "--release", "--package", "blobcast-relay", "--bins", "--examples", "--target-dir", TARGET]);

export const relayProgram = join(root, TARGET, "release/blobcast-relay");

/** A test's relay takes any free port, and says only what went wrong. */
export const FOR_TESTS = ["--listen", "127.0.0.1:0", "--log", "warn"];

/**
 * Starts the relay and waits until it listens, which it says in one line of JSON.
 * `www` is the folder whose pages it serves, with the list of broadcasts for the demo; the package is served under /blobcast/. With
 * `www: null` it serves what is inside it. `env` goes over the environment; `within` is a command that runs it somewhere else.
 */
export async function startRelay({ www = "www", args = [], env, cwd = root, within = [] } = {}) {
  const folders = www === null ? [] : ["--www", www, "--package", "pkg"];
  const [command, ...rest] = [...within, relayProgram, ...folders, "--public-list", ...args];
  const child = spawn(command, rest, {
    cwd,
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

main(import.meta, async () => {
  await buildPackage();
  await buildRelay();
  console.log(`${relayProgram} is the relay with the demo inside it; cargo install --path relay installs it.`);
});
