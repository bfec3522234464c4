// Tokens, made as the relay's own command makes them.

import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { relayProgram } from "../../../scripts/relay.mjs";
import { folderFor } from "./folder.mjs";

const run = promisify(execFile);

/** Makes tokens for the broadcast `lobby` that last `ttl` seconds, and keeps them; `secret` is the file for `--token-secret`. */
export async function minter(t, ttl) {
  const secret = join(await folderFor(t), "secret");
  await writeFile(secret, "a secret for tests, of no use elsewhere");
  const made = { publish: [], view: [] };
  const mint = async (role) => {
    const { stdout } = await run(relayProgram, ["token", "--token-secret", secret, "--name", "lobby", "--role", role, "--ttl", `${ttl}s`]);
    made[role].push(stdout.trim());
    return stdout.trim();
  };
  return { secret, made, mint };
}
