// A folder of a test's own.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defer } from "./cleanup.mjs";

/** An empty folder, until the test ends. */
export async function folderFor(t) {
  const folder = await mkdtemp(join(tmpdir(), "blobcast-"));
  defer(t, () => rm(folder, { recursive: true, force: true }));
  return folder;
}
