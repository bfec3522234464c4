// Real browsers: a test finds one without cookies, caches and pages of others.
// Whatever goes wrong in a page unnoticed (an exception, a rejection, console.error) fails the test when it is over.

import { existsSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import puppeteer from "puppeteer-core";
import { firefoxProfile, programs } from "../../../scripts/tools.mjs";
import { defer } from "./cleanup.mjs";

/** What browsers say on the console of a relay that is away, or of a line to it that is cut: for `expects`. */
export const LOST = /WebSocket connection|connection to ws|can’t establish a connection|was interrupted|Failed to load resource|net::ERR_|NS_ERROR_|Cross-Origin Request Blocked/;

/** What a page hears of Firefox when that runs dry on a busy machine, see src/player/quirks.rs: it goes on with the next segment. */
export const RAN_DRY = /End of file; the next segment is tried/;

/** What puppeteer tells Chromium, so that hidden pages are as fast as others. */
const NO_THROTTLING = ["--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding"];

/**
 * What Chromium does for people and nobody here sees: two pages of its own for the address bar of each window, which cost a second of a
 * core, and a process in reserve for the next page, which costs a tenth.
 */
const UNSEEN = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess"];

/**
 * Chromium, driven by CDP. `clip` is its camera and microphone: `{ video, audio }`, see clip.mjs;
 * without one it has Chromium's moving test picture. `autoplay: false` leaves the rules of a person's browser in force;
 * `host` is a name that this browser takes for 127.0.0.1; `trusts` the SHA-256 of a public key that it believes in a certificate. `throttles` leaves a person's browser's rules for hidden pages in
 * force, and makes it slow their timers down to a tick in a minute after ten seconds, not five minutes (see hidden.mjs). With `hears` it is not
 * muted, and its pages may capture what they sound like (pages/listening.js); it has no camera then. `flags` are more of its own;
 * see `take` for `own`.
 */
export function launchChromium(t, { clip, autoplay = true, host, trusts, throttles = false, hears = false, flags = [], own } = {}) {
  const args = [
    ...flags,
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    `--disable-features=${UNSEEN}`,
  ];
  // With the fake ones a capture of the tab would be a fake too.
  if (hears) args.push("--auto-accept-this-tab-capture");
  else args.push("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=fps=30");
  if (clip) args.push(`--use-file-for-fake-video-capture=${clip.video}`, `--use-file-for-fake-audio-capture=${clip.audio}`);
  if (autoplay) args.push("--autoplay-policy=no-user-gesture-required");
  if (host) args.push(`--host-resolver-rules=MAP ${host} 127.0.0.1`);
  if (trusts) args.push(`--ignore-certificate-errors-spki-list=${trusts}`);
  if (throttles) args.push("--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/10");
  const ignoreDefaultArgs = [...(throttles ? NO_THROTTLING : []), ...(hears ? ["--mute-audio"] : [])];
  return launch(t, { browser: "chrome", executablePath: programs.chromium(), args, ignoreDefaultArgs }, own);
}

/** Firefox, driven by WebDriver BiDi. Its camera is a test picture. `host` is as for Chromium. */
export function launchFirefox(t, { host } = {}) {
  const extraPrefsFirefox = {
    ...(host && { "network.dns.localDomains": host }),
    "media.navigator.streams.fake": true,
    "media.navigator.permission.disabled": true,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
  };
  return launch(t, { browser: "firefox", executablePath: programs.firefox(), extraPrefsFirefox });
}

/** Browsers that tests leave to the next: what each was `started` with, and how many `users` it has now. */
const kept = new Set();

/** Whoever runs no tests has nobody to close them at last. */
const keeps = Boolean(process.env.NODE_TEST_CONTEXT);
if (keeps) after(() => Promise.allSettled([...kept].map(async ({ started }) => (await started).close())));

/**
 * A browser is started as seldom as can be: that costs as much as some seconds of video, and each that runs takes another part of a core.
 * So pages share one, in windows of their own; but for Firefox, whose windows are tabs that hide each other, and for what wants its `own`,
 * whose processes are to be stopped.
 */
function take(options, own) {
  const kind = JSON.stringify(options);
  const isFree = (one) => one.kind === kind && (options.browser === "chrome" || !one.users);
  const one = (!own && [...kept].find(isFree)) || { kind, users: 0, started: start(options) };
  if (keeps && !own) kept.add(one);
  one.users++;
  return one;
}

/** One that does not start, or has ended, is nobody's any more. Whoever is last closes it. */
async function giveBack(one, isWhole) {
  one.users--;
  if (!isWhole) kept.delete(one);
  if (!kept.has(one) && !one.users) await (await one.started).close();
}

async function launch(t, options, own) {
  const one = take(options, own);
  const entered = one.started.then(async (browser) => ({ ...browser, context: await browser.browser.createBrowserContext() }));
  const { context, child } = await entered.catch(async (error) => {
    await giveBack(one, false).catch(() => {});
    throw error;
  });
  const problems = [];
  const noteEnd = (code, signal) => problems.push(`it ended by itself: ${signal ?? code}`);
  child.once("exit", noteEnd);
  defer(t, async () => {
    child.off("exit", noteEnd);
    await giveBack(one, await context.close().then(() => true, () => false));
    if (problems.length) throw new Error(`in a page of ${options.browser}:\n${problems.join("\n")}`);
  });
  return {
    /** Its first process, and the group of all of them. */
    pid: child.pid,
    /**
     * Opens a page. `inject` are functions to run in it before anything else;
     * `expects` matches the problems that the test provokes.
     */
    async open(url, { inject = [], expects } = {}) {
      const page = await context.newPage();
      const note = (text) => expects?.test(text) || problems.push(text);
      page.on("error", (error) => note(String(error))); // it crashed
      page.on("pageerror", (error) => note(String(error?.stack ?? error)));
      page.on("console", (message) => message.type() === "error" && note(message.text()));
      for (const script of inject) await page.evaluateOnNewDocument(script);
      await page.goto(url);
      return page;
    },
  };
}

async function start(options) {
  const folder = await mkdtemp(join(tmpdir(), "blobcast-"));
  const env = { ...process.env, TMPDIR: folder };
  const userDataDir = join(folder, "profile");
  if (options.browser === "firefox" && existsSync(firefoxProfile())) await cp(firefoxProfile(), userDataDir, { recursive: true });
  const browser = await puppeteer.launch({ ...options, env, userDataDir, headless: true });
  const close = async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 10 }); // children may still be writing
  };
  return { browser, child: browser.process(), close };
}
