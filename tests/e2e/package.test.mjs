// The package as a user gets it: packed, installed in an empty folder, imported by name, with a bundler and without.

import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "vite";
import { FOR_TESTS, startRelay } from "../../scripts/relay.mjs";
import { ask, root, run } from "../../scripts/run.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { asCamera, frames } from "./harness/clip.mjs";
import { defer } from "./harness/cleanup.mjs";
import { compare } from "./harness/match.mjs";
import { record, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "blobcast-package-"));
  const [{ filename }] = JSON.parse(ask("npm", "pack", "--json", "--ignore-scripts", "--pack-destination", folder));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  await run("npm", ["install", "--no-audit", "--no-fund", `./${filename}`], { cwd: folder });
});
after(() => rm(folder, { recursive: true, force: true }));

test("it holds what it promises and no more", async () => {
  const installed = join(folder, "node_modules/blobcast");
  const manifest = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
  for (const file of Object.values(manifest.exports["."])) assert.ok(await readFile(join(installed, file)));
  const [{ files }] = JSON.parse(ask("npm", "pack", "--json", "--dry-run", "--ignore-scripts"));
  const names = files.map(({ path }) => path);
  assert.deepEqual(names.filter((name) => !name.startsWith("pkg/")).sort(), ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "package.json"]);
});

test("both calls are there by name", async () => {
  const program = join(folder, "import.mjs");
  await writeFile(program, `import { startRecording, startViewing } from "blobcast"; console.log(typeof startRecording, typeof startViewing)`);
  assert.equal(ask(process.execPath, program), "function function");
});

test("it broadcasts and plays when Vite has bundled it", { timeout: 120_000 }, async (t) => {
  const source = join(folder, "bundled");
  await copyPage(source, withoutImportMap);
  await build({ root: source, base: "./", logLevel: "error", build: { rollupOptions: { input: join(source, "bare.html") } } });
  await broadcastAndWatch(t, join(source, "dist"));
});

test("it broadcasts and plays without any bundler", { timeout: 120_000 }, async (t) => {
  const site = join(folder, "plain");
  await copyPage(site, (html) => html.replace("/blobcast/index.js", "./node_modules/blobcast/pkg/index.js"));
  await cp(join(folder, "node_modules"), join(site, "node_modules"), { recursive: true });
  await broadcastAndWatch(t, site);
});

const withoutImportMap = (html) => html.replace(/<script type="importmap">.*?<\/script>/s, "");

/** The tests' bare page, with its HTML changed. */
async function copyPage(to, change) {
  await mkdir(to, { recursive: true });
  await cp(join(root, "tests/e2e/pages"), to, { recursive: true });
  const page = join(to, "bare.html");
  const html = await readFile(page, "utf8");
  const changed = change(html);
  assert.notEqual(changed, html);
  await writeFile(page, changed);
}

async function broadcastAndWatch(t, www) {
  const relay = await startRelay({ www, args: FOR_TESTS });
  defer(t, relay.stop);
  const studio = await launchChromium(t, { clip: await asCamera("cockatoo") });
  const broadcaster = await studio.open(`${relay.url}bare.html`);
  await record(broadcaster, "camera", { restartInterval: 2000 });
  const viewer = await (await launchChromium(t)).open(`${relay.url}bare.html`);
  await view(viewer, { mode: "mse" });
  const verdict = compare((await pictures(viewer, 100)).map(({ luma }) => luma), await frames("cockatoo"));
  assert.ok(verdict.ok, JSON.stringify(verdict));
}
