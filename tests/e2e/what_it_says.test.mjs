// What is said on the console: warnings, once each, and the whole story for who asks for it.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/run.mjs";
import { launchChromium, launchFirefox, LOST } from "./harness/browser.mjs";
import { BROWSERS } from "./harness/browsers.mjs";
import { consoleOf } from "./harness/console.mjs";
import { openElements, put, untilElement } from "./harness/elements.mjs";
import { fakeRelay } from "./harness/fake_relay.mjs";
import { openBare, record, relayFor, until, untilState, view } from "./harness/pages.mjs";

/** A page of a browser, and its console. */
async function open(t, { launch = launchChromium, ...options } = {}) {
  const relay = await relayFor(t);
  const page = await openBare(await launch(t), relay, options);
  return { relay, page, said: consoleOf(page) };
}

/** Another viewing, whose warning about an unknown option comes after all that was to be said before. */
async function settled(page, said) {
  await page.evaluate(() => startViewing(document.createElement("video"), here({ lastOfAll: 1 })).then((viewing) => viewing.stop()));
  await said.until(/option lastOfAll/);
}

const isLoaded = (page) => page.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/console.js")));

test("an option that nobody knows is named once, with the nearest that there is", { timeout: 60_000 }, async (t) => {
  const { page, said } = await open(t);
  await record(page, "camera", { restartinterval: 2000, videoBitrate: 1e6 });
  await view(page, { restartinterval: 2000, unheardOf: true });
  await settled(page, said);
  // Words are loaded for each, and come in any order.
  const [lastOfAll, misspelt, unheard, bitrate, ...others] = said.warnings().sort();
  assert.equal(misspelt, "the option restartinterval is not known and does nothing; did you mean restartInterval?");
  assert.match(bitrate, /^the option videoBitrate .*did you mean videoBitsPerSecond\?$/);
  assert.match(unheard, /^the option unheardOf .*there are url, name, token/);
  assert.match(lastOfAll, /^the option lastOfAll/);
  assert.deepEqual(others, []);
});

test("of the options that the types have, none is unknown, and nothing is said", { timeout: 60_000 }, async (t) => {
  const { page } = await open(t);
  const types = await readFile(join(root, "src/js/index.d.ts"), "utf8");
  const ofInterface = (name) => types.match(new RegExp(`interface ${name}[^{]*{(.*?)\n}`, "s"))[1].matchAll(/^ {2}(\w+)\??:/gm);
  const options = ["ConnectOptions", "RecordingOptions", "ViewingOptions"].flatMap((name) => [...ofInterface(name)].map(([, option]) => option));
  assert.ok(options.length > 12, options.join());
  await page.evaluate(async (options) => {
    const all = { ...Object.fromEntries(options.map((option) => [option, undefined])), ...here() };
    window.recording = await startRecording(await sources.camera(), all);
    window.viewing = await startViewing(video, all);
    await new Promise((resolve) => viewing.addEventListener("stats", resolve, { once: true }));
  }, options);
  assert.equal(await isLoaded(page), false, "who has nothing to say does not load the words");
});

test("a worker and a wake lock that are refused are worth a warning", { timeout: 60_000 }, async (t) => {
  const refuse = () => (WakeLock.prototype.request = async () => Promise.reject(new DOMException("battery", "NotAllowedError")));
  const { page, said } = await open(t, { inject: [refuse], expects: /Content Security Policy/ });
  await page.evaluate(() => {
    const policy = Object.assign(document.createElement("meta"), { httpEquiv: "Content-Security-Policy", content: "worker-src 'none'" });
    document.head.append(policy);
  });
  await record(page, "camera", { restartInterval: 500 });
  await said.until(/permits no worker.*worker-src blob:/);
  await said.until(/keep the screen on.*battery/);
  await until(page, () => recording.stats().restarts >= 3);
  await settled(page, said);
  assert.equal(said.warnings().length, 3, "once each");
});

test("in Firefox, restart: keyframe becomes a handover and says so", { timeout: 90_000 }, async (t) => {
  const { page, said } = await open(t, { launch: launchFirefox });
  await record(page, "small", { restart: "keyframe", restartInterval: 500 });
  assert.match(await said.until(/gives no keyframes/), /hands over/);
});

test("a video that the browser mutes is worth a warning", { timeout: 60_000 }, async (t) => {
  const { relay, page } = await open(t);
  await record(page, "camera");
  // Nothing is asked of this page, since to a browser that would be a click.
  const untouched = await (await launchChromium(t, { autoplay: false })).open("about:blank");
  const said = consoleOf(untouched);
  await untouched.goto(`${relay.url}bare.html?view=${encodeURIComponent("{}")}`);
  await said.until(/so the video was muted/);
});

test("a clock that is not to be trusted for a while is worth a warning", { timeout: 60_000 }, async (t) => {
  const { page, said } = await open(t);
  await view(page);
  const doubt = (times) =>
    page.evaluate((times) => {
      const detail = { ...viewing.stats(), latency: 0, clockTrusted: false };
      for (let i = 0; i < times; i++) viewing.dispatchEvent(new CustomEvent("stats", { detail }));
    }, times);
  await doubt(9);
  await page.evaluate(() => viewing.dispatchEvent(new CustomEvent("stats", { detail: viewing.stats() })));
  await doubt(9);
  await settled(page, said);
  assert.deepEqual(said.warnings().filter((text) => /clock/.test(text)), []);
  await doubt(10);
  await said.until(/do not agree on the relay's clock/);
});

test("what the core warns of or traces, src/js has words for, and for nothing else", async () => {
  const names = await readdir(join(root, "src"), { recursive: true });
  const read = (names) => Promise.all(names.map((name) => readFile(join(root, "src", name), "utf8"))).then((texts) => texts.join("\n"));
  const core = await read(names.filter((name) => name.endsWith(".rs")));
  const script = await read(["js/notice.js"]);
  const keys = async (file, table) => [...(await read([file])).match(new RegExp(`const ${table} = {(.*?)\n};`, "s"))[1].matchAll(/^ {2}(\w+):/gm)].map(([, key]) => key);
  const used = (text, pattern) => [...new Set([...text.matchAll(pattern)].map(([, word]) => word))].sort();
  assert.deepEqual(used(core, /\.trace\(\s*"(\w+)"/g), (await keys("js/story.js", "TRACES")).sort());
  assert.deepEqual(
    [...used(core, /\.warn\(\s*"(\w+)"/g), ...used(script, /say\("warn", "(\w+)"/g)].sort(),
    (await keys("js/console.js", "WARNINGS")).sort(),
  );
});

test("an error that nobody listens to is said", { timeout: 60_000 }, async (t) => {
  const { page, said } = await open(t);
  const relay = await fakeRelay(t);
  await page.evaluate(async (url) => (window.lonely = await startViewing(video, here({ url }))), relay.wsUrl);
  relay.close("view/chunk", 4404, "no such broadcast");
  assert.equal(await said.until(/no such/), "no such broadcast (close code 4404)");
});

for (const [name, launch] of Object.entries(BROWSERS)) {
  test(`debug: true tells the whole story in ${name}`, { timeout: 90_000 }, async (t) => {
    const { relay, page, said } = await open(t, { launch, expects: LOST });
    const token = () => "top-secret";
    await page.evaluate((token) => (window.token = eval(token)), String(token));
    await page.evaluate(async () => {
      window.recording = await startRecording(await sources.small(), here({ debug: true, restartInterval: 1000, token }));
      window.viewing = await startViewing(video, here({ debug: true, token: "top-secret" }));
    });
    await until(page, () => viewing.stats().restarts >= 2);
    await said.until(/viewing lobby .* the video plays/);
    process.kill(relay.pid, "SIGKILL");
    await untilState(page, "recording", "reconnecting");
    await said.until(/recording lobby .* is reconnecting/);
    await page.evaluate(() => Promise.all([viewing.stop(), recording.stop()]));
    await said.until(/viewing lobby .* is stopped/);
    await said.until(/recording lobby .* is stopped/);

    const story = said.story();
    t.diagnostic(`\n${story.join("\n")}`);
    const address = relay.wsUrl.replace(/[/.]/g, "\\$&");
    assertTold(story, "recording", [
      new RegExp(`connects to ${address}, with restartInterval 1000; Mozilla`),
      /opens the (blob|chunk) socket/,
      /the (blob|chunk) socket is open/,
      /clock is known: -?\d+ ms ahead/,
      /tries to record video\/webm;codecs=vp8/,
      /segment \d{16} begins/,
      /it ends: [\d.]+ kB in \d+ ms/,
      /segment \d{16} begins, by handover/,
      /the (blob|chunk) socket is closed with 1006/,
      /is reconnecting/,
      /is stopped/,
    ]);
    assertTold(story, "viewing", [
      new RegExp(`connects to ${address}, with no options`),
      /segment \d{16} begins/,
      /plays video\/webm.* in mode mse: this browser's MediaSource takes it/,
      /the video has a picture/,
      /the video plays/,
      /is stopped/,
    ]);
    assert.ok(!story.join().includes("secret"), "a token is for the relay alone");
  });
}

/** One after the other, with whatever between them. */
function assertTold(story, who, patterns) {
  const lines = story.filter((line) => line.startsWith(`${who} lobby +`));
  let at = 0;
  for (const pattern of patterns) {
    const found = lines.slice(at).findIndex((line) => pattern.test(line));
    assert.ok(found >= 0, `a ${who} does not say ${pattern} after\n${lines.slice(0, at).join("\n")}\nbut\n${lines.slice(at).join("\n")}`);
    at += found + 1;
  }
}

test("the story has the codes and the reasons of sockets, and what is tried in vain", { timeout: 60_000 }, async (t) => {
  const { page, said } = await open(t, { expects: /WebSocket connection/ });
  const relay = await fakeRelay(t);
  await page.evaluate(async (url) => {
    window.MediaRecorder = class extends MediaRecorder {
      start(...args) {
        if (this.mimeType.includes("vp8")) throw new DOMException("no encoder left", "UnknownError");
        super.start(...args);
      }
    };
    window.recording = await startRecording(await sources.small(), here({ url, debug: true }));
  }, relay.wsUrl);
  await said.until(/that does not work: .*no encoder left/);
  await said.until(/tries to record video\/webm;codecs=vp9/);
  relay.close("publish/blob", 1012, "the relay restarts: connect again");
  assert.match(await said.until(/blob socket is closed/), /closed with 1012: the relay restarts: connect again$/);
});

test("what is secret is not in the story, by whatever name and wherever it stands", { timeout: 60_000 }, async (t) => {
  const { page, said } = await open(t, { expects: /WebSocket connection/ });
  const relay = await fakeRelay(t);
  const secret = "c2VjcmV0";
  await page.evaluate(async (url, secret) => {
    const names = ["Token", "authToken", "access_token", "Authorization", "apiKey"];
    const options = {
      ...Object.fromEntries(names.map((name) => [name, secret])),
      home: `https://id.example/?user=me&access_token=${secret}#id_token=${secret}`,
      proxy: `https://me:${secret}@proxy.example`,
      protocols: ["blobcast.v1", `bearer.${secret}`],
      cookie: `eyJhbGciOiJIUzI1NiJ9.${secret}.${secret}`,
      mode: "mse",
      debug: true,
    };
    await refusal(startViewing(video, here({ ...options, url: `http://[?token=${secret}` })));
    window.viewing = await startViewing(video, here({ ...options, url: `${url}?token=${secret}` }));
  }, relay.wsUrl, secret);
  relay.close("view/blob", 1012, `no more ?token=${secret} with bearer.${secret}, Bearer ${secret}`);
  assert.match(await said.until(/blob socket is closed/), /no more \?token=… with bearer\.…, Bearer …$/);
  const story = said.story();
  assert.deepEqual(story.filter((line) => line.includes(secret)), []);
  const [, connects] = story.filter((line) => line.includes("connects to"));
  const rest = "with home https://id.example/?user=…&access_token=…#id_token=… proxy https://…@proxy.example, protocols blobcast.v1,bearer.…, cookie …, mode mse;";
  assert.ok(connects.includes(`connects to ${relay.wsUrl}, ${rest}`), connects);
});

test("without debug the console stays silent, and an element has it as an attribute", { timeout: 60_000 }, async (t) => {
  const { relay, page, said } = await open(t);
  await record(page, "camera", { restartInterval: 500 });
  await view(page, { debug: false });
  await until(page, () => viewing.stats().restarts >= 2);
  assert.deepEqual(said.story(), []);
  assert.equal(await isLoaded(page), false);

  const other = await openElements(await launchChromium(t), relay);
  const told = consoleOf(other);
  await put(other, `<blobcast-player src="/lobby" muted autoplay debug></blobcast-player>`);
  await untilElement(other, "live");
  await told.until(/viewing lobby .* the video plays/);
  assert.equal(await other.evaluate(() => element.debug), true);
});
