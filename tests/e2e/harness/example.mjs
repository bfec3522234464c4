// An example, started as a person does it: by its command, in a terminal.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { FOR_TESTS } from "../../../scripts/relay.mjs";
import { root } from "../../../scripts/run.mjs";
import { defer } from "./cleanup.mjs";

/**
 * Resolves when it says its address: `{ url, pressCtrlC, kill }`. `kill` gives nobody the time to say farewell. Both resolve when
 * all of it has ended, and so does the test.
 */
export async function startExample(t, name) {
  // A group of its own: a terminal sends Ctrl-C to a whole group, npm, the script and the relay.
  const group = { cwd: root, detached: true, stdio: ["ignore", "pipe", "inherit"] };
  const child = spawn("npm", ["run", "example", name, "--", ...FOR_TESTS], group);
  const closed = once(child, "close");
  const end = async (signal) => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, signal);
    await closed;
  };
  const pressCtrlC = () => end("SIGINT");
  defer(t, pressCtrlC);
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [, url] = line.match(/ is at (\S+) /) ?? [];
      if (url) resolve(url);
    });
    closed.then(() => reject(new Error(`npm run example ${name} ended before it said its address`)), reject);
  });
  return { url, pressCtrlC, kill: () => end("SIGKILL") };
}
