// What the stage `build` says of an import of a name that is not exported there.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { test } from "node:test";
import { wrongImports } from "../../scripts/imports.mjs";
import { root } from "../../scripts/run.mjs";
import { folderFor } from "./harness/folder.mjs";

const FILES = {
  "library.js": `export const one = 1;\nexport { one as two };\nexport * from "./more.js";\nexport default () => {};`,
  "more.js": `export function three() {}`,
  "right.mjs": `import anything, { one, two, three as four } from "./library.js";\nimport { startViewing } from "blobcast";\nimport { nothing } from "elsewhere";`,
  "wrong.mjs": `import { one,\n  too } from "./library.js";\nimport three from "./more.js";\nimport { startWatching } from "blobcast";\nimport { one as more } from "./away.js";`,
  "passed_on.js": `export { four } from "./library.js";`,
};

test("a name that is imported and not exported is found, with its line", async (t) => {
  const folder = await folderFor(t);
  const paths = Object.keys(FILES).map((name) => join(folder, name));
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
  assert.deepEqual(wrongImports(paths).map((line) => line.replace(relative(root, folder), "")), [
    "/wrong.mjs:2: ./library.js exports no too",
    "/wrong.mjs:3: ./more.js exports no default",
    "/wrong.mjs:4: blobcast exports no startWatching",
    "/wrong.mjs:5: ./away.js exports no one",
    "/passed_on.js:1: ./library.js exports no four",
  ]);
});
