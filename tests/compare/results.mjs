// What was measured, in a file that several runs can add to.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { root } from "../../scripts/run.mjs";

const FILE = join(root, "bench-results/compare.json");

/** `rounds`, each with its `contender`, and `weights`, in bytes. */
export const readResults = async () => JSON.parse(await readFile(FILE, "utf8").catch(() => `{"rounds":[],"weights":{}}`));

export async function writeResults(results) {
  await mkdir(dirname(FILE), { recursive: true });
  await writeFile(FILE, JSON.stringify(results, null, 1));
}
