// `npm run screenshots`: the demo in each of its states, in light and dark, on a desk and on a phone, in both browsers: to be looked at.
// They are in target/screenshots. `npm run screenshots -- chromium` takes those of one browser, and `--keep` puts a few into docs/img/demo.

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as passes } from "node:timers/promises";
import { launchChromium, launchFirefox } from "../tests/e2e/harness/browser.mjs";
import { DESKTOP, dress, HOST, PHONE, relayOfDemo, walk } from "../tests/e2e/harness/demo.mjs";
import { folderFor } from "../tests/e2e/harness/folder.mjs";
import { buildPackage } from "./build.mjs";
import { buildRelay } from "./relay.mjs";
import { main, root, run } from "./run.mjs";
import { bring, programs } from "./tools.mjs";

const BROWSERS = { chromium: launchChromium, firefox: launchFirefox };
const LOOKS = { "light-desktop": ["light", DESKTOP], "dark-desktop": ["dark", DESKTOP], "light-phone": ["light", PHONE], "dark-phone": ["dark", PHONE] };
/** So long, ms, it has been live before there is something to see in its graphs. */
const GRAPH = 12_000;
const FOLDER = join(root, "target/screenshots");
const KEPT = join(root, "docs/img/demo");
const TO_KEEP = ["broadcast-preview.light-desktop", "broadcast-live.light-desktop", "watch-live.dark-desktop", "watch-live.light-phone", "broadcast-live.dark-phone", "broadcast-refused.dark-phone"];
/** With 128 colours a picture is a third as large, and looks the same. */
const SMALL = ["-filter_complex", "split[a][b];[a]palettegen=128[p];[b][p]paletteuse=dither=none"];

main(import.meta, async (args) => {
  await buildPackage();
  await buildRelay();
  const named = args.filter((name) => name in BROWSERS);
  for (const browser of named.length ? named : Object.keys(BROWSERS)) await shoot(browser);
  if (!args.includes("--keep")) return;
  await bring("ffmpeg");
  await mkdir(KEPT, { recursive: true });
  for (const name of TO_KEEP) await run(programs.ffmpeg(), ["-loglevel", "error", "-y", "-i", join(FOLDER, "chromium", `${name}.png`), ...SMALL, join(KEPT, `${name}.png`)]);
});

async function shoot(browser) {
  const folder = join(FOLDER, browser);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const over = [];
  const t = { after: (task) => over.push(task) }; // as a test has it
  try {
    const relay = await relayOfDemo(t, "--archive", await folderFor(t));
    await walk(relay, await BROWSERS[browser](t, { host: HOST }), async (state, page) => {
      if (state.endsWith("-live")) await passes(GRAPH);
      for (const [look, [theme, size]] of Object.entries(LOOKS)) {
        await dress(page, theme, size);
        await page.screenshot({ path: join(folder, `${state}.${look}.png`), fullPage: size === PHONE });
      }
    });
  } finally {
    for (const task of over) await task();
  }
  console.log(`${folder} has the demo as ${browser} shows it.`);
}
