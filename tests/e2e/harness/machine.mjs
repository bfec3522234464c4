// A folder that stands for a fresh machine: its own /etc, /srv, /var and /usr/local, a real nginx, and systemctl (systemd.mjs).

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as passes } from "node:timers/promises";
import { root } from "../../../scripts/run.mjs";
import { programs } from "../../../scripts/tools.mjs";
import { defer } from "./cleanup.mjs";
import { folderFor } from "./folder.mjs";

/** Nothing that is typed takes longer, ms. */
const PATIENCE = 60_000;

/** What one types is run as it stands, but for the names in `table`, a function of the folder: `[[name, what it is here], …]`. */
export async function freshMachine(t, table) {
  const folder = await folderFor(t);
  const names = Object.fromEntries(table(folder));
  const longestFirst = Object.keys(names).toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map((name) => name.replace(/[.[\]]/g, "\\$&")).join("|"), "g");
  const env = {
    ...process.env,
    PATH: `${folder}/bin:${folder}/usr/local/bin:${process.env.PATH}`,
    HOME: `${folder}/root`,
    // What has been built is installed from there, and nothing is asked of the network.
    CARGO_HOME: process.env.CARGO_HOME ?? join(homedir(), ".cargo"),
    RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(homedir(), ".rustup"),
    CARGO_TARGET_DIR: join(root, "target"),
    CARGO_NET_OFFLINE: "true",
  };
  const machine = {
    folder,
    env,
    here: (text) => text.replaceAll(pattern, (name) => names[name]),

    /** Puts a file where the text says. */
    async put(path, text) {
      await mkdir(dirname(machine.here(path)), { recursive: true });
      await writeFile(machine.here(path), machine.here(text));
    },

    /** Types this in the shell, which is where it was before; `{ status, output }`. What would reach beyond the folder is not run. */
    async type(text) {
      const script = machine.here(text);
      const outside = (script.match(/(?<![\w.:/~-])\/\w[^\s"'`]*/g) ?? []).filter((path) => !path.startsWith(folder) && path !== "/dev/null");
      if (outside.length) throw new Error(`${outside.join(", ")} is not within the machine's folder`);
      await writeFile(`${folder}/run/script`, `cd "$(cat ${folder}/run/cwd)"\ntrap 'pwd > ${folder}/run/cwd' EXIT\n${script}`);
      const bash = spawn("bash", ["-e", "-o", "pipefail", `${folder}/run/script`], { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
      let output = "";
      for (const stream of [bash.stdout, bash.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
      const patience = setTimeout(() => process.kill(-bash.pid, "SIGKILL"), PATIENCE); // what it has started, too
      const [status, signal] = await once(bash, "close");
      clearTimeout(patience);
      return { status: status ?? signal, output };
    },
  };
  for (const name of ["bin", "etc/nginx/conf.d", "etc/systemd/system", "root", "run", "srv", "usr/local/src", "var/lib", "var/log/nginx"]) {
    await mkdir(join(folder, name), { recursive: true });
  }
  await writeFile(`${folder}/run/cwd`, `${folder}/root`);
  await symlink(root, `${folder}/usr/local/src/blobcast`);
  await standIns(folder);
  await startNginx(t, machine);
  defer(t, () => machine.type("systemctl disable --now blobcast-relay"));
  return machine;
}

async function standIns(folder) {
  const systemd = join(root, "tests/e2e/harness/systemd.mjs");
  const commands = {
    nginx: `${programs.nginx()} -p ${folder} -e ${folder}/var/log/nginx/error.log -c ${folder}/etc/nginx/nginx.conf`,
    systemctl: `${process.execPath} ${systemd} ${folder} systemctl`,
    journalctl: `${process.execPath} ${systemd} ${folder} journalctl`,
  };
  for (const [name, command] of Object.entries(commands)) {
    await writeFile(`${folder}/bin/${name}`, `#!/bin/sh\nexec ${command} "$@"\n`);
    await chmod(`${folder}/bin/${name}`, 0o755);
  }
}

/** As Debian starts it when it is installed, without its own page at port 80. */
async function startNginx(t, { folder, type }) {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${folder}/run/${kind};`);
  const user = process.getuid() === 0 ? "user root;\n" : ""; // the folder is nobody else's
  await writeFile(
    `${folder}/etc/nginx/nginx.conf`,
    `${user}pid ${folder}/run/nginx.pid;\nerror_log ${folder}/var/log/nginx/error.log notice;\nworker_processes 1;\nevents {}\n` +
      `http {\n${temporary.join("\n")}\ninclude ${folder}/etc/nginx/conf.d/*.conf;\n}\n`,
  );
  const { status, output } = await type("nginx");
  if (status !== 0) throw new Error(`nginx does not start: ${output}`);
  const pid = `${folder}/run/nginx.pid`;
  defer(t, async () => {
    process.kill(Number(await readFile(pid, "utf8")), "SIGTERM");
    while (existsSync(pid)) await passes(10); // it removes that last
  });
}
