// A new machine has a checkout and nothing that npm installs: `npm test` brings that, so it must be loaded without.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { writtenFiles } from "../../scripts/checkout.mjs";
import { ask, root } from "../../scripts/run.mjs";
import { folderFor } from "./harness/folder.mjs";

/** What a task reads while it is loaded. */
const NEEDED = /^(package\.json|(scripts|tests|src\/js|fuzz\/fuzz_targets)\/.*)$/;
const BRINGS_FIRST = "node scripts/bring.mjs node modules";

async function bareCheckout(t) {
  const folder = await folderFor(t);
  for (const file of writtenFiles().filter((path) => NEEDED.test(path))) await cp(join(root, file), join(folder, file));
  return folder;
}

/** What Node says when it loads a script in this folder, and does none of its work; empty when it can. */
async function complaint(folder, script) {
  const load = `import(${JSON.stringify(join(folder, script))}).catch(({ message }) => process.stdout.write(message))`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--eval", load], { cwd: folder });
  return stdout;
}

test("each task of npm can be loaded where nothing is installed, or has it brought first", async (t) => {
  const folder = await bareCheckout(t);
  const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const tasks = Object.entries(scripts).filter(([, line]) => line !== BRINGS_FIRST);
  assert.ok(tasks.some(([name]) => name === "test"));
  for (const [name, line] of tasks) {
    const [, script] = line.match(/^node (\S+)/);
    const said = await complaint(folder, script);
    if (scripts[`pre${name}`] === BRINGS_FIRST) assert.match(said, /^Cannot find package/, `npm run ${name} need not bring anything first, or a folder above ${folder} has packages`);
    else assert.equal(said, "", `npm run ${name}`);
  }
});

test("`npm test` begins there", async (t) => {
  const folder = await bareCheckout(t);
  const { stderr } = await promisify(execFile)("npm", ["test", "--", "none"], { cwd: folder }).catch((error) => error);
  assert.match(stderr, /^No stage is called none: there are rust, build, /m);
});

test("every file that git has is one that was written here", (t) => {
  const known = ask("git", "ls-files")?.split("\n").filter((file) => existsSync(join(root, file)) && file !== "relay/demo/.gitignore");
  if (!known) return t.skip("this is no checkout of git");
  assert.ok(known.length > 500, `only ${known.length} files`);
  const ours = new Set(writtenFiles());
  assert.deepEqual(known.filter((file) => !ours.has(file)), []);
});
