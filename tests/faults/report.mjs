// What a fault did, in figures: each test hands in its own, `npm run test:faults` prints all of them as one table.

import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../scripts/run.mjs";
import { table } from "../bench/table.mjs";
import { isLong } from "../e2e/harness/length.mjs";

/** Where the figures are kept, a file for each fault. */
const FOLDER = join(root, "target/faults");

/**
 * Notes what a `fault` did, and fails if it did more than was promised. Each figure is
 * `{ what: "first new picture after the relay is back", value: 812, unit: "ms", limit: 2000 }`; a figure without `limit` is told only.
 */
export async function report(t, fault, figures) {
  for (const figure of figures) t.diagnostic(`${fault}: ${sentence(figure)}`);
  if (isLong) {
    await mkdir(FOLDER, { recursive: true });
    await writeFile(fileOf(fault), JSON.stringify({ fault, figures }, null, 2));
  }
  const broken = figures.filter(({ value, limit }) => !(value <= (limit ?? Infinity)));
  assert.deepEqual(broken.map(sentence), [], fault);
}

/** Forgets what earlier runs found. */
export const forget = () => rm(FOLDER, { recursive: true, force: true });

/** Everything that was reported, as text, and as `report.json` beside the rest. */
export async function summary() {
  const names = (await readdir(FOLDER).catch(() => [])).filter((name) => name.endsWith(".json") && name !== "report.json").sort();
  const faults = await Promise.all(names.map(async (name) => JSON.parse(await readFile(join(FOLDER, name), "utf8"))));
  if (faults.length) await writeFile(join(FOLDER, "report.json"), JSON.stringify(faults, null, 2));
  return faults.map(({ fault, figures }) => table(fault, figures.map(line))).join("\n\n");
}

const fileOf = (fault) => join(FOLDER, `${fault.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.json`);

const text = (value, unit = "") => `${Math.round(value * 10) / 10} ${unit}`.trim();

const sentence = ({ what, value, unit, limit }) => `${what}: ${text(value, unit)}${limit === undefined ? "" : ` (at most ${text(limit, unit)})`}`;

const line = ({ what, value, unit, limit }) => ({
  figure: what,
  value: text(value, unit),
  limit: limit === undefined ? "" : text(limit, unit),
  ok: limit === undefined ? null : value <= limit,
  control: "",
});
