// Running other programs: the few lines that every task shares.

import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the checkout; every task works from here, wherever it was called. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** package.json, which is also the published one. */
export const manifest = () => JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Runs a program to its end in the foreground; rejects unless it exits with 0. */
export function run(program, args, { env, ...options } = {}) {
  const child = spawn(program, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
    ...options,
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`${[program, ...args].join(" ")}: ${signal ?? `exit code ${code}`}`)),
    );
  });
}

/** What a program prints, or undefined when it is missing or fails. */
export function ask(program, ...args) {
  const { status, stdout } = spawnSync(program, args, { cwd: root, encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

/** The first of these programs that PATH knows, as a full path. */
export function which(...names) {
  const folders = process.env.PATH.split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether a file is there and newer than all of these (paths within the checkout, or whole ones). */
export function isNewer(file, ...than) {
  const changed = (path) => statSync(resolve(root, path), { throwIfNoEntry: false })?.mtimeMs;
  return than.every((path) => changed(file) >= changed(path));
}

/** Runs a task from the command line: its error is one sentence, not a stack trace. */
export function main(module, task) {
  if (process.argv[1] !== fileURLToPath(module.url)) return;
  task(process.argv.slice(2)).catch((error) => {
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  });
}
