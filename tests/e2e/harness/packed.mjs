// The package as `npm pack` makes it, and projects that have installed it.

import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { ask, root, run } from "../../../scripts/run.mjs";
import { bring } from "../../../scripts/tools.mjs";

let folder;
after(() => rm(folder, { recursive: true, force: true }));

/** Packs it, until all tests of a file are over: `{ tarball, files }`. */
export async function pack() {
  folder = await mkdtemp(join(tmpdir(), "blobcast-package-"));
  const [{ filename, files }] = JSON.parse(ask("npm", "pack", "--json", "--ignore-scripts", "--pack-destination", folder));
  return { tarball: join(folder, filename), files: files.map(({ path }) => path) };
}

/**
 * The projects of apps/ in an empty folder, with the package installed for all of them at once. What they build with is kept from run
 * to run. Resolves with the folder.
 */
export async function installApps() {
  await bring("modules of the apps");
  const { tarball } = await pack();
  const apps = join(folder, "apps");
  await cp(join(root, "target/apps/node_modules"), join(apps, "node_modules"), { recursive: true, verbatimSymlinks: true });
  await cp(join(root, "tests/e2e/apps"), apps, { recursive: true });
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", tarball], { cwd: apps });
  return apps;
}
