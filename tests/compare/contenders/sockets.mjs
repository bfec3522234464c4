// Those that a server of a few lines is enough for.

import { join } from "node:path";
import { root } from "../../../scripts/run.mjs";
import { defer } from "../../e2e/harness/cleanup.mjs";
import { start } from "../../fanout/processes.mjs";

/** Starts one of servers/; resolves with what it says of itself. */
export async function startServer(t, name, ...args) {
  const { first, pid, stop } = await start(process.execPath, [join(root, "tests/compare/servers", name), ...args]);
  defer(t, stop);
  return { where: first, pid };
}

const serve = (t) => startServer(t, "chunks.mjs");

export const mse = { title: "MediaSource, plainly", script: "mse", serve };

export const naive = { title: "the naive player of blobs", script: "naive", serve };
