// `npm start`: builds what is missing and serves the demo until Ctrl-C. `npm run demo:fleet` does the same, and names the page with nine players.
// What follows `--` goes to the relay: npm start -- --listen 127.0.0.1:9000

import { buildPackage } from "./build.mjs";
import { buildRelay, startRelay } from "./relay.mjs";
import { main } from "./run.mjs";

/** The page to begin with, by what package.json says first. */
const PAGES = { wall: "wall.html?name=wall&autostart" };

main(import.meta, async ([first, ...rest]) => {
  const page = PAGES[first];
  await buildPackage();
  await buildRelay();
  const relay = await startRelay({ args: page || !first ? rest : [first, ...rest] });
  console.log(page ? `Nine players are at ${relay.url}${page} (Ctrl-C ends it)` : `blobcast is at ${relay.url} (Ctrl-C ends it)`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => relay.stop());
  const [code] = await relay.exit;
  process.exitCode = code ?? 0;
});
