// The Content-Security-Policy of docs/GUIDE.md: with it all works, and without any part of it something does not.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { FOR_TESTS, startRelay } from "../../scripts/relay.mjs";
import { root } from "../../scripts/run.mjs";
import { launchChromium, launchFirefox } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { until, untilState } from "./harness/pages.mjs";
import { samplesOf } from "./harness/samples.mjs";

const TYPES = { js: "text/javascript", wasm: "application/wasm" };

/** What is refused, and the directive that a browser names then. */
const PARTS = {
  "'wasm-unsafe-eval'": "script-src",
  "ws://RELAY": "connect-src",
  "http://RELAY": "connect-src",
  "media-src blob:": "media-src",
  "worker-src blob:": "worker-src",
};

/** The policy, of this relay. */
async function policyFor(relay) {
  const { text } = (await samplesOf("docs/GUIDE.md")).find(({ text }) => text.includes("Content-Security-Policy"));
  return text.replace("wss://relay.example", relay.wsUrl).replace("https://relay.example", relay.url.slice(0, -1));
}

/** A server of its own for the page, so that the relay is elsewhere. Resolves with its address. */
async function serve(t, policy) {
  const files = {
    "/": `<!doctype html><meta charset="utf-8" />${policy}<title>A policy</title><video></video><script type="module" src="/main.js"></script>`,
    "/main.js": `import * as blobcast from "/blobcast/index.js"; Object.assign(window, blobcast);`,
  };
  const server = createServer(async ({ url }, response) => {
    const type = TYPES[url.split(".").at(-1)] ?? "text/html";
    const body = files[url] ?? (url.startsWith("/blobcast/") ? await readFile(join(root, "pkg", url.slice(10))) : null);
    response.writeHead(body === null ? 404 : 200, { "Content-Type": type }).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  defer(t, async () => void server.closeAllConnections(server.close()));
  return `http://127.0.0.1:${server.address().port}/`;
}

/** Runs in the page before anything else. */
function noteViolations() {
  window.violations = [];
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => window.violations.push(effectiveDirective));
}

/** What consoles say of what is refused, and of a relay that is away. */
const EXPECTED = /Content.Security.Policy|WebSocket|ERR_CONNECTION|Failed to load|can.t establish|Cross-Origin Request Blocked/;

/** Opens a page with this policy. */
async function open(t, browser, policy) {
  const page = await browser.open(await serve(t, policy), { inject: [noteViolations], expects: EXPECTED });
  defer(t, () => page.close());
  await until(page, () => window.startViewing);
  return page;
}

const broadcast = (page, relay) =>
  page.evaluate(async (url) => {
    const camera = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 180 }, audio: true });
    window.recording = await startRecording(camera, { url, name: "lobby", restartInterval: 1000, connectTimeout: 5000 });
  }, relay.wsUrl);

const watch = (page, relay, mode) =>
  page.evaluate(
    async (url, mode) => {
      window.viewing = await startViewing(document.querySelector("video"), { url, name: "lobby", mode });
    },
    relay.wsUrl,
    mode,
  );

/** Pictures are shown over two restarts, which take glue to its second video. */
const untilPlayed = (page) => until(page, () => viewing.stats().restarts > 1 && document.querySelector("video").currentTime > 0.5);

/** The element plays as well. */
async function showElement(page, relay) {
  await page.evaluate(async (url) => {
    await import("/blobcast/element.js");
    const player = document.createElement("blobcast-player");
    document.body.append(Object.assign(player, { src: `${url}/lobby`, autoplay: true, muted: true, targetLatency: 500 }));
  }, relay.wsUrl);
  await until(page, () => document.querySelector("blobcast-player").video.currentTime > 0.5);
  await page.evaluate(() => document.querySelector("blobcast-player").stop());
}

const violations = (page) => page.evaluate(() => window.violations);

for (const [name, launch] of Object.entries({ Chromium: launchChromium, Firefox: launchFirefox })) {
  test(`with the guide's policy all works in ${name}, in both modes, and a lost relay is found again`, { timeout: 120_000 }, async (t) => {
    let relay = await startRelay({ args: FOR_TESTS });
    defer(t, () => relay.stop());
    const page = await open(t, await launch(t), await policyFor(relay));
    await broadcast(page, relay);
    for (const mode of ["mse", "glue"]) {
      await watch(page, relay, mode);
      await untilPlayed(page);
      if (mode === "mse") await page.evaluate(() => viewing.stop());
    }
    await showElement(page, relay);
    await relay.stop();
    await untilState(page, "recording", "reconnecting");
    relay = await startRelay({ args: [...FOR_TESTS.slice(2), "--listen", `127.0.0.1:${relay.port}`] });
    await untilState(page, "recording", "live");
    await untilState(page, "viewing", "live"); // a page that goes while it connects is told so by Firefox
    await page.evaluate(() => Promise.all([recording.stop(), viewing.stop()]));
    assert.deepEqual(await violations(page), []);
  });
}

test("without a part of it something is refused", { timeout: 240_000 }, async (t) => {
  const browser = await launchChromium(t);
  for (const [part, directive] of Object.entries(PARTS)) {
    await t.test(part, async (t) => {
      const relay = await startRelay({ args: FOR_TESTS });
      defer(t, () => relay.stop());
      const policy = await policyFor(relay);
      const without = policy.replace(part.replace("RELAY", `127.0.0.1:${relay.port}`), part.endsWith("src blob:") ? `${directive} 'none'` : "");
      assert.notEqual(without, policy, `the guide's policy has no ${part}`);
      const page = await open(t, browser, without);
      const works = await broadcast(page, relay).then(() => true, () => false);
      if (works) await watch(page, relay, "mse").catch(() => {});
      if (part.startsWith("http")) await relay.stop(); // it is asked when the relay is lost
      await until(page, (directive) => window.violations.includes(directive), directive);
    });
  }
});
