// WebKitGTK's MiniBrowser on a screen of its own, driven by WebDriver. puppeteer speaks CDP and BiDi alone, which it does not; of the older
// protocol a viewer's page needs four commands, and these are fetched here. <https://www.w3.org/TR/webdriver2/>

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { programs } from "../../../scripts/tools.mjs";
import { defer } from "./cleanup.mjs";
import { freePort } from "./free_port.mjs";

/** How long the driver may take to listen, and to answer, in ms. A page that hangs answers nothing. */
const START = 15_000;
const ANSWER = 40_000;

/** WebKitGTK, until the test ends. Its pages are as those of `launch` in browser.mjs, as far as viewers need them. */
export async function launchWebKit(t) {
  const folder = await mkdtemp(join(tmpdir(), "blobcast-"));
  defer(t, () => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  const display = await startDisplay(t);
  const driver = await startDriver(t, { ...process.env, HOME: folder, TMPDIR: folder, DISPLAY: display, GDK_BACKEND: "x11", LIBGL_ALWAYS_SOFTWARE: "1", NO_AT_BRIDGE: "1" });
  const args = ["--automation", "--autoplay-policy=allow"];
  const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": { args } } };
  const { sessionId, capabilities: has } = await driver("POST", "/session", { capabilities });
  const say = (method, path, body) => driver(method, `/session/${sessionId}${path}`, body);
  defer(t, () => say("DELETE", ""));
  await say("POST", "/timeouts", { script: ANSWER });
  return { version: has.browserVersion, open: (url) => open(t, say, url) };
}

async function open(t, say, url) {
  await say("POST", "/url", { url });
  const run = (f, args, kept) => evaluate(say, f, args, kept);
  await run(watchProblems, []);
  defer(t, async () => {
    const problems = await run(() => window.problems, []);
    if (problems.length) throw new Error(`in a page of WebKitGTK:\n${problems.join("\n")}`);
  });
  /** What a function gives stays in the page; `key` is what stands for it there. */
  const handle = async (f, args) => {
    const key = await run(f, args, true);
    return {
      key,
      evaluate: (g, ...more) => run(g, [{ key }, ...more]),
      jsonValue: () => run((value) => value, [{ key }]),
      dispose: () => run((key) => delete window.kept[key], [key]),
    };
  };
  return {
    evaluate: (f, ...args) => run(f, args),
    evaluateHandle: (f, ...args) => handle(f, args),
    waitForFunction: (f, { timeout }, ...args) => handle(untilTrue, [String(f), timeout, ...args]),
  };
}

/** Resolves as the function does, or with a key for that if it is to be `kept`; whatever it throws comes with its message. */
async function evaluate(say, f, args, kept = false) {
  const script = `
    const [args, kept, done] = arguments;
    const revive = (arg) => (arg?.key in (window.kept ?? {}) ? window.kept[arg.key] : arg);
    const keep = (value) => { const key = Math.random().toString(36); (window.kept ??= {})[key] = value; return key; };
    (async () => (${f})(...args.map(revive)))().then((value) => done({ value: kept ? keep(value) : value }), (error) => done({ error: error + "\\n" + error?.stack }));
  `;
  const { value, error } = await say("POST", "/execute/async", { script, args: [args, kept] });
  if (error) throw new Error(error);
  return value;
}

/** Runs in the page, so it stands alone, as do the next. */
async function untilTrue(source, timeout, ...args) {
  const condition = (0, eval)(`(${source})`);
  for (const late = performance.now() + timeout; performance.now() < late; await new Promise(requestAnimationFrame)) {
    const value = await condition(...args);
    if (value) return value;
  }
  throw new Error(`waited ${timeout} ms in vain for ${source}`);
}

function watchProblems() {
  window.problems = [];
  const note = (what) => problems.push(String(what?.stack ?? what));
  addEventListener("error", ({ error, message }) => note(error ?? message));
  addEventListener("unhandledrejection", ({ reason }) => note(reason));
  const say = console.error;
  console.error = (...words) => (note(words.join(" ")), say.apply(console, words));
}

async function startDisplay(t) {
  const server = spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x720x24", "-nolisten", "tcp"], { stdio: ["ignore", "pipe", "ignore"] });
  defer(t, () => end(server));
  const [number] = await once(createInterface({ input: server.stdout }), "line");
  return `:${number}`;
}

async function startDriver(t, env) {
  const port = await freePort();
  const child = spawn(programs.webkit(), [`--port=${port}`], { env, stdio: process.env.DEBUG_WEBKIT ? "inherit" : "ignore" });
  defer(t, () => end(child));
  const ask = async (method, path, body) => {
    const signal = AbortSignal.timeout(ANSWER);
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body), signal });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`WebKitWebDriver: ${value.error}: ${value.message}`);
    return value;
  };
  for (const late = Date.now() + START; ; await new Promise((later) => setTimeout(later, 50))) {
    if (await ask("GET", "/status").catch(() => Date.now() > late)) return ask;
  }
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}
