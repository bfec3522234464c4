// What it costs to watch: the CPU time of the viewer's browser, all its processes, while nobody films and nobody listens.

import { readdir, readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { openBare, until, view } from "../e2e/harness/pages.mjs";

/** A viewing is left alone for so long, then measured for so long, in ms. */
const SETTLING = 2000;
const MEASURED = 8000;
/** Modes take turns so often: what else the machine does meets them all. */
const TURNS = 2;
/** Linux counts CPU time in hundredths of a second, on every machine. */
const TICK = 10;

/** CPU time of the viewer's browser in each of these modes, in ms a second; one after the other, of the broadcast that is on. */
export async function cpuOf(studio, modes) {
  const spent = Object.fromEntries(modes.map((mode) => [mode, 0]));
  for (let turn = 0; turn < TURNS; turn++) for (const mode of modes) spent[mode] += await spentOn(studio, mode);
  return Object.fromEntries(modes.map((mode) => [mode, (spent[mode] * 1000) / (TURNS * MEASURED)]));
}

async function spentOn({ home, relay }, mode) {
  const page = await openBare(home, relay);
  await view(page, { mode });
  await until(page, () => window.firstPicture);
  await wait(SETTLING);
  const before = await ticks(home.pid);
  await wait(MEASURED);
  const spent = await ticks(home.pid);
  await page.evaluate(() => window.viewing.stop());
  await page.close();
  return [...spent].reduce((sum, [pid, count]) => sum + (count - (before.get(pid) ?? 0)) * TICK, 0);
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
