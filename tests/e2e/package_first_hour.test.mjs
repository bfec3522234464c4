// docs/FIRST-HOUR.md from top to bottom, as an operator goes it: real nginx, real relay, curl and a browser, in a folder that stands for
// the machine (harness/machine.mjs). Each block of the page is put where it says or typed, and what stands below it has to be seen.

import assert from "node:assert/strict";
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fingerprint, makeCertificate } from "../../scripts/certificate.mjs";
import { root, which } from "../../scripts/run.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { LOST } from "./harness/browser.mjs";
import { freePort } from "./harness/free_port.mjs";
import { freshMachine } from "./harness/machine.mjs";
import { until } from "./harness/pages.mjs";
import { samplesOf } from "./harness/samples.mjs";
import { smallCamera } from "./harness/small_camera.js";

const PAGE = "docs/FIRST-HOUR.md";
const UNIT = "/etc/systemd/system/blobcast-relay.service";

/** Containers often have none. */
const HAS_IPV6 = Object.values(networkInterfaces()).flat().some(({ address }) => address === "::1");

/** All that is other than on the page: folders, the domain, ports, and where Prometheus is. */
const tableFor = (http, https, relay, admin) => (folder) => [
  ["/etc/", `${folder}/etc/`],
  ["/srv/", `${folder}/srv/`],
  ["/usr/local", `${folder}/usr/local`],
  ["/var/", `${folder}/var/`],
  ["live.example.com", "localhost"],
  ["//live.example.com", `//localhost:${https}`],
  ["http://live.example.com", `http://localhost:${http}`],
  ["listen 80", `listen 127.0.0.1:${http}`],
  ["listen [::]:80;", HAS_IPV6 ? `listen [::1]:${http};` : ""],
  ["listen [::]:443 ssl;", HAS_IPV6 ? `listen [::1]:${https} ssl;` : ""],
  ["listen 443 ssl", `listen 127.0.0.1:${https} ssl`],
  [":8080", `:${relay}`],
  [":8081", `:${admin}`],
  ["192.0.2.7", "127.0.0.7"],
];

/** The steps that are not typed, and why. `instead` is what leaves the machine as they would. */
const NOT_RUN = [
  { says: "apt-get install", why: "it installs on this machine and builds for minutes: the stages before have done it" },
  { says: "certbot certonly", why: "an authority has to reach the machine by its name", instead: ownCertificate },
  { says: "git pull", why: "the checkout is the one that is being tested, and it is built" },
  { says: "certbot delete", why: "there was no certbot; and /usr/local/src/blobcast is this checkout" },
];

/** What else has to be so when a step has been done, or is done then. */
const THEN = [
  { says: "install -m 644 ", isSo: unitIsOfThisMachine },
  { says: "live.example.com/metrics\n", isSo: prometheusHasFigures },
  { says: "http://live.example.com/", isSo: certbotCanRenew },
  { says: "http://live.example.com/", isSo: isReachedByIPv6 },
  { says: "groups:", isSo: alarmsCanRing },
  { says: "systemctl restart", isSo: theBroadcastGoesOn },
  { says: "cargo uninstall", isSo: nothingIsLeft },
];

test("an operator's first hour goes as its page says", { timeout: 300_000 }, async (t) => {
  const machine = await freshMachine(t, tableFor(await freePort(), await freePort(), await freePort(), await freePort()));
  if (!which("systemd-analyze")) {
    t.diagnostic("systemd is not installed: nothing verifies the unit");
    await machine.type(`ln -s "$(command -v true)" ${machine.folder}/bin/systemd-analyze`);
  }
  const blocks = (await samplesOf(PAGE)).filter(({ language }) => language);
  const page = await readFile(join(root, PAGE), "utf8");
  assert.ok(blocks.filter(({ language }) => language === "sh").length > 20, "the blocks are found");
  for (const [index, block] of blocks.entries()) {
    const where = `${PAGE}:${block.line}`;
    const notRun = NOT_RUN.find(({ says }) => block.text.includes(says));
    if (block.language === "text") continue;
    if (notRun) {
      t.diagnostic(`${where} is not run: ${notRun.why}`);
      await notRun.instead?.(t, machine);
    } else if (block.language === "sh") {
      const { status, output } = await machine.type(block.text);
      const hint = block.text.includes("cargo install") ? " (it installs what `npm run relay` has built)" : "";
      assert.equal(status !== 0, block.info === "fails", `${where} ended with ${status}${hint}:\n${output}`);
      const next = blocks[index + 1];
      if (block.info === "open") await open(t, machine, output.trim());
      else assertSeen(next?.language === "text" ? machine.here(next.text) : "", output, where);
    } else {
      const before = page.split("\n").slice(0, block.line - 1).join("\n").trimEnd().split("\n\n").at(-1);
      assert.ok(block.info && before.includes(`\`${block.info}\``), `${where} is a file, and the paragraph before says which`);
      await machine.put(block.info, block.text);
    }
    for (const { says, isSo } of THEN) if (block.text.includes(says)) await isSo(machine, t, block);
  }
});

/** The lines of the page are those that were seen, in any order; `…` stands for anything, by itself for any lines. */
function assertSeen(expected, output, where) {
  const linesOf = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
  const patterns = linesOf(expected).map((line) => new RegExp(`^${line.split("…").map(escape).join(".*")}$`));
  for (const pattern of patterns) assert.ok(linesOf(output).some((line) => pattern.test(line)), `${where}: ${pattern} is not in\n${output}`);
  for (const line of linesOf(output)) assert.ok(patterns.some((pattern) => pattern.test(line)), `${where}: the page does not say\n${line}`);
}

const escape = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** A certificate for this machine where certbot would put one, and all who connect believe it. */
async function ownCertificate(t, machine) {
  const { folder, cert, key } = await makeCertificate();
  defer(t, () => rm(folder, { recursive: true }));
  const live = machine.here("/etc/letsencrypt/live/live.example.com");
  await mkdir(live, { recursive: true });
  await copyFile(cert, join(live, "fullchain.pem"));
  await copyFile(key, join(live, "privkey.pem"));
  Object.assign(machine.env, { CURL_CA_BUNDLE: cert, SSL_CERT_FILE: cert });
  machine.trusts = await fingerprint(cert);
}

/** Opens a page, and does there what the text says: presses the button, or watches. */
async function open(t, machine, url) {
  machine.pages ??= [];
  const browser = await launchChromium(t, { trusts: machine.trusts });
  const page = await browser.open(url, { inject: [smallCamera], expects: LOST });
  machine.pages.push(page);
  if (await page.$("blobcast-recorder")) await page.$eval("blobcast-recorder", ({ shadowRoot }) => shadowRoot.querySelector("button").click());
  await goesOn(page);
}

/** Is live, and shows or films more pictures than now. */
async function goesOn(page) {
  await page.evaluate(() => {
    window.element = document.querySelector("blobcast-recorder, blobcast-player");
    window.framesBefore = element.video?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
  });
  await until(page, () => element.state === "live" && element.video.getVideoPlaybackQuality().totalVideoFrames > framesBefore + 10);
}

/** It was copied from the checkout as it is. */
async function unitIsOfThisMachine({ put, here }) {
  await put(UNIT, await readFile(here(UNIT), "utf8"));
}

async function theBroadcastGoesOn({ pages }) {
  assert.equal(pages.length, 2, "one broadcasts and one watches");
  for (const page of pages) await goesOn(page);
}

/** By way of nginx, which has answered everybody else by 403. */
async function prometheusHasFigures({ type }) {
  const { output } = await type("curl -sS --interface 192.0.2.7 https://live.example.com/metrics");
  assert.match(output, /^blobcast_build_info/m);
}

/** By plain http, where the authority looks for what certbot has put into the folder that it was told. */
async function certbotCanRenew({ put, type }) {
  await put("/var/www/html/.well-known/acme-challenge/challenge", "what was asked for");
  const { output } = await type("curl -sS http://live.example.com/.well-known/acme-challenge/challenge");
  assert.equal(output, "what was asked for");
}

async function isReachedByIPv6({ type }, t) {
  if (!HAS_IPV6) return t.diagnostic("there is no IPv6 here");
  const { output } = await type(`curl -6 -sS -o /dev/null -w "%{http_code} " http://live.example.com/\ncurl -6 -sS https://live.example.com/healthz`);
  assert.equal(output.trim(), "301 ok");
}

/** The relay has the figures that they ask for, and Prometheus, if it is installed, takes the files. */
async function alarmsCanRing({ type }, t, { text }) {
  const { output } = await type("curl -sS http://127.0.0.1:8081/metrics");
  const asked = new Set(text.match(/\bblobcast_\w+/g));
  for (const name of asked) assert.match(output, new RegExp(`^${name}\\b`, "m"));
  if (!which("promtool")) return t.diagnostic("prometheus is not installed: nothing checks its files");
  const checked = await type("promtool check config /etc/prometheus/prometheus.yml");
  assert.equal(checked.status, 0, checked.output);
}

/** But for what the page leaves to the operator. */
async function nothingIsLeft({ folder, type }) {
  const { output } = await type(`cd ${folder} && find * -name "*blobcast*" -o -name "*.webm" -o -name token`);
  assert.deepEqual(output.trim().split("\n").sort(), ["etc/prometheus/blobcast.yml", "usr/local/src/blobcast"]);
}
