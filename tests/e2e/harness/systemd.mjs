// Stands in for systemd where it is not process 1, in containers for example: of a unit it does what it says about the environment,
// credentials and folders, and runs it. `node systemd.mjs FOLDER systemctl …` or `… journalctl …`: FOLDER is the machine's root.
// What a unit forbids its program is not done here: `systemd-analyze verify` reads that.

import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as passes } from "node:timers/promises";

const [folder, program, ...args] = process.argv.slice(2);
const journal = join(folder, "run/journal");
const words = args.filter((word) => !word.startsWith("-"));

const systemctl = {
  "daemon-reload": () => {},
  enable: (name) => start(name),
  async restart(name) {
    await stop(name);
    await start(name);
  },
  disable: (name) => stop(name),
  "is-active": (name) => console.log(pidOf(name) ? "active" : "inactive"),
  reload: (name) => (name === "nginx" ? reloadNginx() : process.kill(pidOf(name), "SIGHUP")),
};

if (program === "journalctl") process.stdout.write(readFileSync(journal));
else if (systemctl[words[0]]) await systemctl[words[0]](words[1]);
else throw new Error(`this systemctl does not know ${words[0]}`);

/** All that a unit says of something, in order. An empty value takes back what was said before it. */
function settings(unit, key) {
  const values = unit.match(new RegExp(`^${key}=.*$`, "gm")) ?? [];
  return values.map((line) => line.slice(key.length + 1)).reduce((all, value) => (value ? [...all, value] : []), []);
}

/** Starts a service and waits until it listens, which the relay says in one line. */
async function start(name) {
  const unit = readFileSync(join(folder, `etc/systemd/system/${name}.service`), "utf8");
  const credentials = join(folder, "run/credentials");
  mkdirSync(credentials, { recursive: true });
  for (const [id, file] of settings(unit, "LoadCredential").map((value) => value.split(":"))) copyFileSync(file, join(credentials, id));
  for (const state of settings(unit, "StateDirectory")) mkdirSync(join(folder, "var/lib", state), { recursive: true });
  const files = settings(unit, "EnvironmentFile").map((file) => file.replace(/^-/, ""));
  const lines = [...settings(unit, "Environment"), ...files.filter(existsSync).flatMap((file) => readFileSync(file, "utf8").match(/^\w+=.*$/gm))];
  const env = Object.fromEntries(lines.map((line) => line.replaceAll("%d", credentials).split(/=(.*)/s)));
  const from = existsSync(journal) ? readFileSync(journal, "utf8").length : 0;
  const log = openSync(journal, "a");
  process.umask(parseInt(settings(unit, "UMask").at(-1) ?? "22", 8));
  const child = spawn(settings(unit, "ExecStart").at(-1), { env, detached: true, stdio: ["ignore", log, log] });
  writeFileSync(pidFile(name), String(child.pid));
  child.unref();
  await until(() => readFileSync(journal, "utf8").slice(from).includes('"listening"') || child.exitCode !== null);
  if (child.exitCode !== null) throw new Error(`${name} has ended: ${readFileSync(journal, "utf8").slice(from)}`);
}

async function stop(name) {
  const pid = pidOf(name);
  if (pid) process.kill(pid, "SIGTERM");
  await until(() => !pidOf(name));
  rmSync(pidFile(name), { force: true });
}

/** A worker that was started by the new configuration has begun when this returns. */
async function reloadNginx() {
  const log = join(folder, "var/log/nginx/error.log");
  const count = () => readFileSync(log, "utf8").split("start worker processes").length;
  const before = count();
  spawnSync("nginx", ["-s", "reload"], { stdio: "inherit" });
  await until(() => count() > before);
}

function pidFile(name) {
  return join(folder, `run/${name}.pid`);
}

/** Of a service that runs. */
function pidOf(name) {
  if (!existsSync(pidFile(name))) return null;
  const pid = Number(readFileSync(pidFile(name), "utf8"));
  // One that has ended may still wait for whoever started it.
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : ") Z";
  return stat.split(") ").at(-1).startsWith("Z") ? null : pid;
}

async function until(isSo) {
  const end = Date.now() + 15_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`${args.join(" ")} did not come to an end`);
    await passes(10);
  }
}
