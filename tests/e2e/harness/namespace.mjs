// A network of the test's own, where the system permits one: the relay is in a namespace, and two lines of real packets lead there,
// which can be shaped and broken by themselves. Linux only, and for root; iproute2 does the work.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { startRelay } from "../../../scripts/relay.mjs";
import { programs } from "../../../scripts/tools.mjs";
import { defer } from "./cleanup.mjs";
import { proxyFor } from "./proxy.mjs";

const execute = promisify(execFile);

/**
 * The relay in a namespace and two lines to it, each with a proxy `at` this end, so that pages are still at localhost. Where that is
 * not permitted, the test is skipped, and there is none.
 */
export async function networkFor(t) {
  const name = `blobcast-${process.pid}`;
  const refused = await tool("ip", "netns", "add", name).then(() => null, (error) => error);
  if (refused) return void t.skip(`no network namespace may be made here: ${refused.message.trim()}`);
  defer(t, () => tool("ip", "netns", "delete", name)); // the lines go with it
  const lines = [await lineTo(name, 0), await lineTo(name, 1)];
  const within = ["ip", "netns", "exec", name];
  const relay = await startRelay({ www: "tests/e2e/pages", args: ["--listen", "0.0.0.0:0", "--open", "--log", "warn"], within });
  defer(t, relay.stop);
  for (const line of lines) line.at = await proxyFor(t, { host: line.host, port: relay.port });
  return { lines, relay };
}

async function lineTo(name, index) {
  const [near, far] = ["a", "b"].map((end) => `bc${process.pid}${end}${index}`);
  const [here, host] = [1, 2].map((end) => `10.213.${index}.${end}`);
  const inside = (program, ...args) => tool("ip", "netns", "exec", name, program, ...args);
  await tool("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", name);
  await tool("ip", "address", "add", `${here}/24`, "dev", near);
  await tool("ip", "link", "set", near, "up");
  await inside("ip", "address", "add", `${host}/24`, "dev", far);
  await inside("ip", "link", "set", far, "up");
  return {
    host,
    /** Both directions, by a queueing discipline of tc, such as `netem delay 100ms`. False where the kernel has none of that kind. */
    async shape(...discipline) {
      const replace = (device) => ["qdisc", "replace", "dev", device, "root", ...discipline];
      const shaped = Promise.all([tool("tc", ...replace(near)), inside("tc", ...replace(far))]);
      return shaped.then(() => true, () => false);
    },
    clear: () => Promise.all([tool("tc", "qdisc", "delete", "dev", near, "root"), inside("tc", "qdisc", "delete", "dev", far, "root")]),
    /** Every packet is lost from now on, and nobody is told. */
    down: () => inside("ip", "link", "set", far, "down"),
    up: () => inside("ip", "link", "set", far, "up"),
  };
}

const tool = (program, ...args) => execute(programs[program]?.() ?? program, args);
