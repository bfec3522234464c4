// A real NATS server as a child process, where relays meet: for the example of a fleet, and for the tests.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { programs } from "./tools.mjs";

/** As docs/OPERATIONS.md has it, on any free port of this machine. */
const configuration = (folder) => `listen: "127.0.0.1:-1"
max_payload: 9MB
jetstream { max_mem: 1GB, max_file: 0, store_dir: ${JSON.stringify(folder)} }
`;

/** Starts one in a folder of its own and waits until it listens: `{ url, pid, stop }`. */
export async function startNats() {
  const program = programs["nats-server"]();
  if (!program) {
    throw new Error(
      "A fleet needs nats-server, which is not installed: apt-get install nats-server, or take it from https://github.com/nats-io/nats-server/releases and put it into PATH.",
    );
  }
  const folder = await mkdtemp(join(tmpdir(), "blobcast-nats-"));
  const file = join(folder, "nats.conf");
  await writeFile(file, configuration(folder));
  const child = spawn(program, ["-c", file], { stdio: ["ignore", "ignore", "pipe"] });
  const exit = once(child, "exit").finally(() => rm(folder, { recursive: true, force: true }));
  const log = [];
  const port = await new Promise((resolve, reject) => {
    createInterface({ input: child.stderr }).on("line", (line) => {
      log.push(line);
      const [, port] = line.match(/Listening for client connections on 127\.0\.0\.1:(\d+)/) ?? [];
      if (port) resolve(port);
    });
    exit.then(() => reject(new Error(`nats-server ended before it listened:\n${log.join("\n")}`)), reject);
  });
  return {
    url: `nats://127.0.0.1:${port}`,
    pid: child.pid,
    /** Ends it and waits until it is gone, with all that it has kept. */
    async stop() {
      child.kill("SIGTERM");
      await exit;
    },
  };
}
