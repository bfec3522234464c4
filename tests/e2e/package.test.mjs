// The package as it is packed: what is in it, what tools that know packages find in it, and what it weighs.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { before, test } from "node:test";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { entries, LATER, WASM } from "../../scripts/build.mjs";
import { root, run } from "../../scripts/run.mjs";
import { BUDGET, GOAL, sizes } from "../../scripts/size.mjs";
import { pack } from "./harness/packed.mjs";

let packed;
before(async () => (packed = await pack()));

test("it holds what it promises and no more", () => {
  const scripts = entries().flatMap((name) => [name, name.replace(".js", ".d.ts")]);
  const expected = [...scripts, LATER, WASM].map((name) => `pkg/${name}`);
  assert.deepEqual(packed.files.toSorted(), [...expected, "LICENSE-APACHE", "LICENSE-MIT", "README.md", "package.json"].toSorted());
});

test("publint finds nothing", async () => {
  const { buffer } = new Uint8Array(await readFile(packed.tarball));
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
  assert.deepEqual(messages.map((message) => formatMessage(message, pkg)), []);
});

test("Are the types wrong? finds nothing", async () => {
  // It is an ES module only, as its wasm needs `import.meta.url`: what CommonJS and bundlers of old think of it does not count.
  await run("node_modules/.bin/attw", ["--profile", "esm-only", packed.tarball]);
});

test("its types are for people to read", async () => {
  for (const name of entries()) {
    const types = await readFile(`${root}/pkg/${name.replace(".js", ".d.ts")}`, "utf8");
    assert.equal(types, await readFile(`${root}/src/js/${name.replace(".js", ".d.ts")}`, "utf8"));
  }
});

test("a page loads no more than the budget", async () => {
  const { files, loads } = await sizes();
  assert.equal(files[0].gzipped + files[1].gzipped, loads);
  assert.ok(loads > 1024, `${loads} bytes cannot be all`);
  assert.ok(loads <= BUDGET, `${loads} bytes, gzipped, are more than the ${BUDGET} of scripts/size.mjs: npm run size shows what weighs what`);
  assert.ok(BUDGET - loads < 1024 || BUDGET === GOAL, `${loads} bytes leave more than a KB of the budget: lower it in scripts/size.mjs`);
  for (const { name, written, shipped } of files.filter(({ name }) => name.endsWith(".js"))) {
    assert.ok(shipped < (name === LATER ? 0.7 : 0.6) * written, `${basename(name)} is not minified`);
  }
});
