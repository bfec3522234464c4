// The relay with the bare pages (pages/), and what a test says to them.

import { FOR_TESTS, startRelay } from "../../../scripts/relay.mjs";
import { launchChromium } from "./browser.mjs";
import { defer } from "./cleanup.mjs";

/** A page has this long, in ms, to get into the state that a test waits for. */
export const DEADLINE = 15_000;

/** The real relay, on a port of its own, until the test ends. */
export async function relayFor(t, ...args) {
  const relay = await startRelay({ www: "tests/e2e/pages", args: [...FOR_TESTS, ...args] });
  defer(t, relay.stop);
  return relay;
}

/** Opens the bare page; `options` as for `open` in browser.mjs. */
export const openBare = (browser, relay, options) => browser.open(`${relay.url}bare.html`, options);

/** A broadcaster's bare page and a viewer's, in windows of their own; `launch` is the viewer's. */
export async function openBoth(t, { launch = launchChromium, inject } = {}) {
  const relay = await relayFor(t);
  const broadcaster = await openBare(await launchChromium(t), relay, { inject });
  const viewer = await openBare(await launch(t), relay, { inject });
  return { broadcaster, viewer };
}

/** Broadcasts one of pages/sources.js; resolves as `startRecording` does. */
export const record = (page, source, options) =>
  page.evaluate((source, options) => window.record(source, options), source, options ?? {});

/** Shows the broadcast; resolves as `startViewing` does. */
export const view = (page, options) => page.evaluate((options) => window.view(options), options ?? {});

/** Waits until `window.recording` or `window.viewing` is in a state. */
export const untilState = (page, kind, state) => until(page, (kind, state) => window[kind].state === state, kind, state);

/** Waits until a condition holds in the page. */
export async function until(page, condition, ...args) {
  const handle = await page.waitForFunction(condition, { timeout: DEADLINE }, ...args);
  return handle.jsonValue();
}

/** Waits until a broadcaster is this far into a segment, in ms; its page needs traffic.js. */
export const untilInside = (page, milliseconds) =>
  until(
    page,
    (milliseconds) => {
      const opening = window.traffic.sent.findLast(({ kind }) => kind === "blob");
      return opening && performance.now() - opening.at > milliseconds;
    },
    milliseconds,
  );

/** The states and errors that `window.recording` or `window.viewing` has announced. */
export const logOf = (page, kind) => page.evaluate((kind) => window[`${kind}Log`], kind);

export const statsOf = (page, kind) => page.evaluate((kind) => window[kind].stats(), kind);

export const stateOf = (page, kind) => page.evaluate((kind) => window[kind].state, kind);
