// `npm run screenshots`: the demo in each of its states, in light and dark, on a desk and on a phone, in both browsers: to be looked at.
// They are in target/screenshots. `npm run screenshots -- chromium` takes those of one browser, and `--keep` puts a few into docs/img/demo.
// `npm run screenshots -- readme` takes the nine players that README.md begins with, on a machine that does nothing else meanwhile.

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as passes } from "node:timers/promises";
import { launchChromium, launchFirefox } from "../tests/e2e/harness/browser.mjs";
import { scoped } from "../tests/e2e/harness/cleanup.mjs";
import { DESKTOP, dress, HOST, PHONE, relayOfDemo, walk } from "../tests/e2e/harness/demo.mjs";
import { folderFor } from "../tests/e2e/harness/folder.mjs";
import { until } from "../tests/e2e/harness/pages.mjs";
import { buildPackage } from "./build.mjs";
import { buildRelay } from "./relay.mjs";
import { main, root, run } from "./run.mjs";
import { bring, programs } from "./tools.mjs";

const BROWSERS = { chromium: launchChromium, firefox: launchFirefox };
const LOOKS = { "light-desktop": ["light", DESKTOP], "dark-desktop": ["dark", DESKTOP], "light-phone": ["light", PHONE], "dark-phone": ["dark", PHONE] };
/** So long, ms, it has been live before there is something to see in its graphs. */
const GRAPH = 12_000;
/** So long, ms, it takes players until they have caught up with what a page's beginning, or a new size, has cost them. */
const SETTLED = 20_000;
const FOLDER = join(root, "target/screenshots");
const KEPT = join(root, "docs/img");
const TO_KEEP = ["broadcast-preview.light-desktop", "broadcast-live.light-desktop", "watch-live.dark-desktop", "watch-live.light-phone", "broadcast-live.dark-phone", "broadcast-refused.dark-phone"];
/** So large is the page with nine players, and what they say where nothing else runs, ms. */
const NINE = { width: 1100, height: 1225 };
const QUIET = { mse: [100, 320], glue: [800, 1500], realtime: [10, 80] };
/** With 128 colours a picture is a third as large, and looks the same. */
const SMALL = ["-filter_complex", "split[a][b];[a]palettegen=128[p];[b][p]paletteuse=dither=none"];

main(import.meta, async (args) => {
  await buildPackage();
  await buildRelay();
  if (args.includes("readme")) return shootNine();
  const named = args.filter((name) => name in BROWSERS);
  for (const browser of named.length ? named : Object.keys(BROWSERS)) await shoot(browser);
  if (!args.includes("--keep")) return;
  for (const name of TO_KEEP) await keep(join("chromium", `${name}.png`), `demo/${name}.png`);
});

/** Puts a screenshot into the documentation. */
async function keep(name, as) {
  await bring("ffmpeg");
  await run(programs.ffmpeg(), ["-loglevel", "error", "-y", "-i", join(FOLDER, name), ...SMALL, join(KEPT, as)]);
}

/** An empty folder of screenshots. */
async function empty(name) {
  const folder = join(FOLDER, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}

async function shoot(browser) {
  const folder = await empty(browser);
  await scoped(async (t) => {
    const relay = await relayOfDemo(t, "--archive", await folderFor(t));
    await walk(relay, await BROWSERS[browser](t, { host: HOST }), async (state, page) => {
      if (state.endsWith("-live")) await passes(GRAPH);
      for (const [look, [theme, size]] of Object.entries(LOOKS)) {
        await dress(page, theme, size);
        await page.screenshot({ path: join(folder, `${state}.${look}.png`), fullPage: size === PHONE });
      }
    });
  });
  console.log(`${folder} has the demo as ${browser} shows it.`);
}

/** Nine players with nine pictures, and with what is said of them in README.md. */
async function shootNine() {
  const folder = await empty("readme");
  const names = { light: "nine-players-light.png", dark: "nine-players-dark.png" };
  await scoped(async (t) => {
    const relay = await relayOfDemo(t);
    const page = await (await launchChromium(t)).open(`${relay.url}wall.html?name=lobby&autostart`);
    await until(page, () => document.querySelectorAll('figcaption[data-state="live"]').length === 9);
    for (const [theme, name] of Object.entries(names)) {
      await dress(page, theme, NINE);
      await passes(SETTLED);
      assertQuiet(await page.$$eval(".latency", (all) => all.map((one) => [one.closest("section").dataset.mode, parseInt(one.textContent)])));
      await page.screenshot({ path: join(folder, name) });
    }
  });
  for (const name of Object.values(names)) await keep(join("readme", name), name);
}

/** A busy machine shows late pictures, of which README.md says nothing. */
function assertQuiet(latencies) {
  console.log(latencies.map(([mode, ms]) => `${mode} ${ms} ms`).join(", "));
  const isLate = latencies.some(([mode, ms]) => !(ms >= QUIET[mode][0] && ms <= QUIET[mode][1]));
  if (isLate) throw new Error("This machine is too busy for a picture of nine players: end what else runs, and try again.");
}
