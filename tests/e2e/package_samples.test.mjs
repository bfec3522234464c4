// Every sample of the documentation, run as it stands in a real browser, against the real relay. Only the relay's address is replaced.

import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { FOR_TESTS, startRelay } from "../../scripts/relay.mjs";
import { root } from "../../scripts/run.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { counters } from "./harness/counters.js";
import { fakeRelay } from "./harness/fake_relay.mjs";
import { folderFor } from "./harness/folder.mjs";
import { until } from "./harness/pages.mjs";
import { pageOf, samplesOf, STUDIO, takenBy } from "./harness/samples.mjs";

const PAGES = ["README.md", "docs/GUIDE.md", "docs/API.md", "docs/ELEMENTS.md", "docs/BROWSERS.md"];

/** The relay's address in samples: one that is put in (or each of a list), and that of `npm start`. */
const ADDRESS = /wss:\/\/(?:[abc]\.)?relay\.example|ws:\/\/127\.0\.0\.1:8080/g;

/** The samples that are not run, and why. */
const NOT_RUN = [
  { which: ({ language }) => language === "sh", why: "commands that build, install and start: all that npm test does itself" },
  { which: ({ language }) => language === "ts", why: "it is made for a framework: a test below runs it in one's stead" },
  { which: ({ language }) => language === "nginx", why: "it takes an nginx. Tried by hand with 1.22: it plays, and does not without any line" },
  { which: ({ text }) => text.includes("Content-Security-Policy"), why: "package_policy.test.mjs runs it, and takes it apart" },
];

/** What a sample that says this is to lead to. */
const OUTCOMES = [
  { says: /startRecording/, isSeen: broadcasts },
  { says: /startViewing|<blobcast-player/, isSeen: plays },
  { says: /<blobcast-recorder/, isSeen: recorderIsLive },
  { says: /camera\??\.getTracks\(\)\.forEach/, isSeen: cameraIsOff },
  { says: /console\.(log|warn)\(/, isSeen: logs },
  { says: /--blobcast-accent/, isSeen: rulesAreRead },
];

const all = (await Promise.all(PAGES.map(samplesOf))).flat();
const samples = all.filter((sample) => !NOT_RUN.some(({ which }) => which(sample)));

test("every sample works", { timeout: 600_000 }, async (t) => {
  assert.ok(samples.length > 20, `only ${samples.length} samples were found`);
  const browser = await launchChromium(t);
  for (const sample of samples) await t.test(`${sample.file}:${sample.line}`, { timeout: 60_000 }, (t) => run(t, browser, sample));
});

test("the guide's camera is off again when its broadcast cannot begin, and when that is given up", { timeout: 60_000 }, async (t) => {
  const camera = all.find(({ file, text }) => file === "docs/GUIDE.md" && text.includes("Go live"));
  const browser = await launchChromium(t);
  const untilOff = (page) =>
    until(page, () => {
      const tracks = document.querySelector("video").srcObject?.getTracks() ?? [];
      const isOff = tracks.length === 2 && tracks.every(({ readyState }) => readyState === "ended");
      return isOff && document.querySelector("button").textContent === "Go live";
    });

  await t.test("cannot begin", async (t) => {
    const page = await openSample(t, browser, pageOf({ ...camera, text: camera.text.replaceAll(ADDRESS, "ftp://nowhere") }));
    await page.click("button");
    await untilOff(page);
    assert.match(await page.$eval("[role=status]", ({ textContent }) => textContent), /^url takes/);
  });

  await t.test("given up", async (t) => {
    const relay = Object.assign(await fakeRelay(t), { isSilent: true });
    const page = await openSample(t, browser, pageOf({ ...camera, text: camera.text.replaceAll(ADDRESS, relay.wsUrl) }), { expects: /WebSocket/ });
    const connects = relay.next("publish/chunk");
    await page.click("button");
    await connects;
    await page.click("button");
    await untilOff(page);
    assert.equal(await page.$eval("[role=status]", ({ textContent }) => textContent), "");
    await until(page, () => counts().sockets === 0);
  });
});

test("what the guide gives a framework leaves nothing behind, even when it is ended while it begins", { timeout: 60_000 }, async (t) => {
  const sample = all.find(({ language }) => language === "ts");
  const relay = await fakeRelay(t);
  const { outputText } = ts.transpileModule(sample.text.replaceAll(ADDRESS, relay.wsUrl), { compilerOptions: { target: ts.ScriptTarget.ESNext } });
  const importing = `import { init } from "blobcast"; import { watch } from "./watch.js"; Object.assign(window, { init, watch });`;
  const page = await openSample(t, await launchChromium(t), { ...pageOf({ language: "js", text: importing }), "watch.js": outputText }, { expects: /WebSocket/ });

  await page.evaluate(async () => {
    watch(document.querySelector("video"), "lobby")();
    await init();
    await new Promise((resolve) => setTimeout(resolve));
  });
  assert.equal(relay.connections.length, 0);
  assert.equal(await page.evaluate(() => counts().sockets), 0, "it never connects");

  const connects = relay.next("view/chunk");
  await page.evaluate(() => (window.end = watch(document.querySelector("video"), "lobby")));
  await connects;
  await page.evaluate(() => end());
  await until(page, () => Object.values(counts()).every((count) => count === 0));
});

async function run(t, browser, sample) {
  assert.ok(["js", "html", "css"].includes(sample.language), `nothing runs samples in "${sample.language}": say why not in NOT_RUN`);
  const relay = await serve(t);
  const text = sample.text.replaceAll(ADDRESS, relay.wsUrl);
  await write(relay, pageOf({ ...sample, text }));
  const open = async (name) => {
    const page = await browser.open("about:blank");
    defer(t, () => page.close());
    page.once("console", () => (page.hasLogged = true)); // an error fails the test anyway
    await page.goto(`${relay.url}${name}?${sample.file}:${sample.line}`);
    return page;
  };
  const watches = /startViewing|<blobcast-player|blobcast-player"/.test(text) || takenBy(text).includes("viewing");
  const studio = watches ? await open("studio.html") : null;
  if (studio) await until(studio, () => window.recording);

  const page = Object.assign(await open("sample.html"), { studio });
  const broken = new Promise((_, reject) => page.once("pageerror", reject));
  await Promise.race([broken, works(page, relay, text)]);
}

/** A page of a sample, which counts what it opens; it need not broadcast to the relay that serves it. */
async function openSample(t, browser, files, options) {
  const relay = await serve(t);
  await write(relay, files);
  const page = await browser.open(`${relay.url}sample.html`, { inject: [counters], ...options });
  defer(t, () => page.close());
  await until(page, () => window.isDone);
  return page;
}

async function works(page, relay, text) {
  await until(page, () => window.isDone);
  await use(page);
  for (const { says, isSeen } of OUTCOMES) if (says.test(text)) await isSeen(page, relay, text);
}

/** Does what a person would: presses the page's button, and a recorder's. */
async function use(page) {
  await (await page.$("button"))?.click();
  const recorder = await page.$("blobcast-recorder");
  if (recorder) await (await recorder.evaluateHandle(({ shadowRoot }) => shadowRoot.querySelector("button"))).click();
}

async function broadcasts(page, relay) {
  await until(page, async () => {
    const { streams } = await (await fetch("/streams")).json();
    return streams.some(({ name, state }) => name === "lobby" && state === "live");
  });
}

async function plays(page) {
  await until(page, () => {
    const video = document.querySelector("blobcast-player")?.video ?? document.querySelector("video");
    return video.getVideoPlaybackQuality().totalVideoFrames > 10 && !video.paused;
  });
}

async function recorderIsLive(page) {
  await until(page, () => document.querySelector("blobcast-recorder").state === "live");
}

/** When the button is pressed once more, or when another stream has taken the camera's place. */
async function cameraIsOff(page) {
  await until(page, () => window.camera || document.querySelector("button").textContent === "Stop");
  await page.$eval("button", (button) => window.camera || button.click());
  await until(page, () => {
    const camera = window.camera ?? document.querySelector("video").srcObject;
    return camera.getTracks().every(({ readyState }) => readyState === "ended");
  });
}

/** Its listeners say something: figures come by themselves, a state when the broadcast ends. */
async function logs(page, relay, text) {
  if (!text.includes(`"stats"`)) {
    await page.evaluate(() => window.recording?.stop());
    await page.studio?.evaluate(() => window.recording.stop());
  }
  if (!page.hasLogged) await new Promise((resolve) => page.once("console", resolve));
}

/** The browser has understood every rule and every property. */
async function rulesAreRead(page, relay, text) {
  const read = await page.evaluate(() => [...document.styleSheets[0].cssRules].map(({ style }) => style.length));
  const written = text.match(/\{[^}]*\}/g).map((rule) => rule.split(";").length - 1);
  assert.deepEqual(read, written);
}

/** The relay, serving a folder of the sample's own with what samples expect beside them. */
async function serve(t) {
  const www = await mkdtemp(join(tmpdir(), "blobcast-sample-"));
  defer(t, () => rm(www, { recursive: true, force: true }));
  await cp(join(root, "pkg"), join(www, "node_modules/blobcast/pkg"), { recursive: true });
  await cp(join(root, "pkg/blobcast_bg.wasm"), join(www, "assets/blobcast_bg.wasm"));
  const relay = { ...(await startRelay({ www, args: [...FOR_TESTS, "--archive", await folderFor(t)] })), www };
  defer(t, relay.stop);
  await write(relay, { "studio.html": STUDIO, token: "abc" });
  return relay;
}

const write = ({ www }, files) => Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(www, name), text)));
