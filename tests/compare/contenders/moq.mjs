import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { programs } from "../../../scripts/tools.mjs";
import { defer } from "../../e2e/harness/cleanup.mjs";
import { freePort } from "../../e2e/harness/free_port.mjs";

/** moq-relay, open to all; UDP and HTTP are on the same port, where browsers ask for the hash of its certificate. */
async function startRelay(t) {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const args = ["--listen", address, "--listen-tls-generate", "localhost", "--web-http-listen", address, "--auth-public", "**", "--log-level", "error"];
  const child = spawn(programs["moq-relay"](), args, { stdio: ["ignore", "inherit", "inherit"] });
  const exit = once(child, "exit");
  defer(t, async () => {
    child.kill("SIGTERM");
    await exit;
  });
  const url = `http://${address}/`;
  while (!(await fetch(`${url}certificate.sha256`).catch(() => ({ ok: false }))).ok) await wait(100);
  return { where: { url }, pid: child.pid };
}

export const moq = {
  title: "moq, its own relay and packages",
  script: "moq",
  missing: () => programs["moq-relay"]() ? null : "moq-relay is missing. Type: cargo install moq-relay",
  serve: startRelay,
};
