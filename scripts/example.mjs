// `npm run example vite`: builds what is missing and serves one of examples/, with the relay beside it, until Ctrl-C.
// What follows `--` goes to the relay: npm run example vite -- --listen 127.0.0.1:9000

import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildPackage } from "./build.mjs";
import { buildRelay, startRelay } from "./relay.mjs";
import { main, root } from "./run.mjs";
import { bring } from "./tools.mjs";

const EXAMPLES = join(root, "examples");

main(import.meta, async ([name, ...args]) => {
  const names = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, "index.html")));
  if (!names.includes(name)) throw new Error(`Which example? Type npm run example and one of: ${names.join(", ")}.`);
  const folder = join(EXAMPLES, name);
  const isBundled = existsSync(join(folder, "vite.config.js"));
  await buildPackage();
  await buildRelay();
  if (isBundled) await bring("modules of the examples");
  const server = join(folder, "serve.mjs"); // an example may have more than one relay
  const { serve } = existsSync(server) ? await import(pathToFileURL(server)) : { serve: (args) => startRelay({ www: folder, args }) };
  const relay = await serve(args);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => relay.stop());
  try {
    const vite = isBundled ? await startVite(folder, relay) : null;
    console.log(`The example ${name} is at ${vite?.resolvedUrls.local[0] ?? relay.url} (Ctrl-C ends it)`);
    const [code] = await relay.exit;
    await vite?.close();
    process.exitCode = code ?? 0;
  } finally {
    await relay.stop();
  }
});

/** Vite's own server, the example's: it reloads what is edited. */
async function startVite(folder, relay) {
  const { resolve } = createRequire(join(folder, "package.json"));
  const { createServer } = await import(pathToFileURL(resolve("vite")));
  process.env.VITE_RELAY = relay.url;
  // Vite bundles what is installed once for each version of it; the package here changes without one.
  const vite = await createServer({ root: folder, logLevel: "warn", server: { host: "127.0.0.1" }, optimizeDeps: { force: true } });
  await vite.listen();
  return vite;
}
