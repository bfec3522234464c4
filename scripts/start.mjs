// `npm start`: builds what is missing and serves the demo until Ctrl-C.
// What follows `npm start --` goes to the relay: npm start -- --listen 127.0.0.1:9000

import { buildPackage } from "./build.mjs";
import { buildRelay, startRelay } from "./relay.mjs";
import { main } from "./run.mjs";

main(import.meta, async (args) => {
  await buildPackage();
  await buildRelay();
  const relay = await startRelay({ args });
  console.log(`blobcast is at ${relay.url} (Ctrl-C ends it)`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => relay.stop());
  const [code] = await relay.exit;
  process.exitCode = code ?? 0;
});
