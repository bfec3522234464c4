// CPU time of processes with all their descendants, from /proc. Linux only.

import { readdir, readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

/** Linux counts CPU time in hundredths of a second, on every machine. */
const TICK = 10;

/** What each of these processes and its descendants spend within so many ms from now, in ms. */
export async function spentBy(pids, milliseconds) {
  const before = await Promise.all(pids.map(ticks));
  await wait(milliseconds);
  const after = await Promise.all(pids.map(ticks));
  return after.map((counts, i) => [...counts].reduce((sum, [pid, count]) => sum + (count - (before[i].get(pid) ?? 0)) * TICK, 0));
}

/** The ticks that a process and all its descendants have had, by their numbers. */
async function ticks(root) {
  const stats = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => null));
  const processes = (await Promise.all(stats)).filter(Boolean).map(parse);
  const family = new Set([root]);
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
  }
  return new Map(processes.filter(({ pid }) => family.has(pid)).map(({ pid, ticks }) => [pid, ticks]));
}

/** A line of /proc/PID/stat; the program's name, in brackets, may have spaces. <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html> */
function parse(line) {
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return { pid: Number.parseInt(line, 10), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
}
