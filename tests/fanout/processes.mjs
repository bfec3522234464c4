// Processes that answer in lines of JSON, and what the operating system says of them.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createInterface } from "node:readline";

/**
 * A program that prints lines of JSON. `ask()` sends it an empty line and resolves with its next answer. It runs on the processor `cpu` alone
 * if one is given.
 */
export async function start(command, args, env = {}, cpu = undefined) {
  const all = cpu === undefined ? [command, ...args] : ["taskset", "--cpu-list", String(cpu), command, ...args];
  const child = spawn(all[0], all.slice(1), { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...env } });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ended without an answer.`);
    return JSON.parse(value);
  };
  const first = await answer();
  return {
    pid: child.pid,
    first,
    ask: () => (child.stdin.write("\n"), answer()),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const exit = once(child, "exit");
        child.kill("SIGKILL");
        await exit;
      }
    },
  };
}

/** CPU time of a process, all its threads, those that have ended not among them, in ns: the scheduler's own count. */
export async function cpuTime(pid) {
  let sum = 0;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8").catch(() => "0");
    sum += Number(text.split(" ")[0]);
  }
  return sum;
}

/** Memory of a process that is in RAM and its own, in MB. */
export async function memory(pid) {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  const kilobytes = (name) => Number(text.match(new RegExp(`^${name}: +(\\d+) kB`, "m"))[1]);
  return (kilobytes("Private_Clean") + kilobytes("Private_Dirty")) / 1024;
}
