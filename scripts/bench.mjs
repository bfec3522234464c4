// `npm run bench:continuity`: builds what is missing and runs the benchmark of the restarts (tests/bench).
// Exits with 1 when a figure is beyond its limit, and with 2 when the machine was too busy to measure.

import { continuity, NotMeasured } from "../tests/bench/continuity.mjs";
import { buildPackage } from "./build.mjs";
import { buildRelay } from "./relay.mjs";
import { main } from "./run.mjs";
import { bring } from "./tools.mjs";

main(import.meta, async (args) => {
  await buildPackage();
  await buildRelay();
  await bring("node modules", "chromium", "firefox");
  const failures = await continuity(args).catch((error) => {
    if (!(error instanceof NotMeasured)) throw error;
    console.error(`\n${error.message}`);
    process.exit(2);
  });
  if (failures) process.exitCode = 1;
});
