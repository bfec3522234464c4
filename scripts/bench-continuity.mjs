// `npm run bench:continuity`: builds what is missing and runs the benchmark of the restarts (tests/bench).
// Exits with 1 when a figure is beyond its limit, and with 2 when something could not be measured, on a busy machine.

import { continuity } from "../tests/bench/continuity.mjs";
import { USAGE } from "../tests/bench/options.mjs";
import { buildPackage } from "./build.mjs";
import { buildRelay } from "./relay.mjs";
import { main } from "./run.mjs";
import { bring } from "./tools.mjs";

main(import.meta, async (args) => {
  if (args.includes("--help")) return console.log(USAGE);
  await buildPackage();
  await buildRelay();
  await bring("node modules", "chromium", "firefox");
  const { failures, unmeasured } = await continuity(args);
  process.exitCode = failures ? 1 : unmeasured ? 2 : 0;
});
