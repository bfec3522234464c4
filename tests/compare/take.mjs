// One round of one contender: a minute's film, some joins, and what it costs while nobody films. Raw data; judge.mjs makes figures of them.

import { setTimeout as wait } from "node:timers/promises";
import { FOR_TESTS, startRelay } from "../../scripts/relay.mjs";
import { spentBy } from "../bench/ticks.mjs";
import { launchChromium } from "../e2e/harness/browser.mjs";
import { defer, scoped } from "../e2e/harness/cleanup.mjs";
import { until } from "../e2e/harness/pages.mjs";
import { bytes } from "./bytes.js";
import { INTERVAL } from "./pages/media.js";

/** After its first picture a viewing is left alone for so long, in ms. */
const SETTLING = 5000;
/** What it costs is measured for so long, in ms. */
const MEASURED = 10_000;
/** What newcomers load is counted for so long, in ms, or until the first picture if that comes later. */
const FIRST = 1000;
/** The page may know its own address, as one with a camera does. */
const FLAGS = ["--disable-features=WebRtcHideLocalIpsWithMdns"];

/** `www` is the folder of the pages (lay.mjs). Newcomers come from a third browser, while the first viewer goes on: so a broadcast is never without one. */
export const takeRound = (contender, { www, seconds, joins }) =>
  scoped(async (t) => {
    const stage = await openStage(t, contender, www);
    const broadcaster = await publish(stage);
    const viewer = await arrive(stage, stage.home, broadcaster);
    await watch(viewer, stage.where);
    await until(viewer, () => firstPicture());
    await wait(SETTLING);
    const film = await filmed(viewer, broadcaster, seconds);
    const cost = await costOf(stage, viewer, broadcaster);
    const joined = [];
    while (joined.length < joins) joined.push(await join(stage, broadcaster));
    return { film, cost, joins: joined };
  });

/** The contender's servers, three browsers, and a relay that does nothing but serve their pages. */
async function openStage(t, contender, www) {
  const pages = await startRelay({ www, args: FOR_TESTS });
  defer(t, pages.stop);
  const { where, pid } = await contender.serve(t);
  const launch = () => launchChromium(t, { flags: FLAGS });
  const [studio, home, others] = [await launch(), await launch(), await launch()];
  const open = (browser) => browser.open(`${pages.url}stage.html`, { inject: [bytes] });
  return { contender, where, open, studio, home, others, pids: [studio.pid, home.pid, ...(pid ? [pid] : [])] };
}

async function publish({ contender, where, open, studio }) {
  const page = await open(studio);
  await page.evaluate((name, where) => publish(name, where), contender.script, where);
  await contender.warmUp?.(where);
  return page;
}

/** A viewer's page that has loaded what it needs and shows nothing yet. */
async function arrive({ contender, open }, browser, broadcaster) {
  const page = await open(browser);
  await contender.introduce?.(broadcaster, page);
  await page.evaluate((name) => load(name), contender.script);
  return page;
}

/** The call is not waited for: it is the picture that counts. */
const watch = (page, where) => page.evaluate((where) => void watch(where), where);

async function filmed(page, broadcaster, seconds) {
  const from = Date.now();
  await wait(seconds * 1000);
  const to = Date.now();
  const rows = await page.evaluate(() => (filmed.stop(), filmed.rows));
  return { rows, drawn: await broadcaster.evaluate(() => drawn), from, to };
}

/** CPU time of each side and of the servers, in ms a second, and bytes a second, while nobody films. */
async function costOf({ pids }, page, broadcaster) {
  const count = async () => ({ up: (await broadcaster.evaluate(() => bytes())).up, down: (await page.evaluate(() => bytes())).down });
  const before = await count();
  const spent = await spentBy(pids, MEASURED);
  const after = await count();
  const perSecond = (amount) => (amount * 1000) / MEASURED;
  const [publisher, viewer, server = 0] = spent.map(perSecond);
  return { cpu: { publisher, viewer, server }, up: perSecond(after.up - before.up), down: perSecond(after.down - before.down) };
}

/** How long a newcomer waits for the first picture, in ms, how old that picture is, and how many bytes are `loaded` within a second of the call. */
async function join(stage, broadcaster) {
  const page = await arrive(stage, stage.others, broadcaster);
  await wait(Math.random() * INTERVAL);
  const before = await page.evaluate(() => bytes());
  await watch(page, stage.where);
  const { at, time, began } = await until(page, () => firstPicture() && { ...firstPicture(), began });
  await wait(Math.max(0, began + FIRST - Date.now()));
  const after = await page.evaluate(() => bytes());
  await page.close();
  return { ms: at - began, age: (at % 2 ** 32) - time, loaded: after.down - before.down };
}
