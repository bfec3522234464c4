// What the documentation says about the package: the reference is that of the types, links lead somewhere, samples have no wrong names.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { writtenFiles } from "../../scripts/checkout.mjs";
import { reference } from "../../scripts/reference.mjs";
import { root } from "../../scripts/run.mjs";
import { defer } from "./harness/cleanup.mjs";
import { GIVEN, samplesOf, scriptsOf } from "./harness/samples.mjs";

const docs = (await readdir(join(root, "docs"))).filter((name) => name.endsWith(".md"));
const pages = ["README.md", "CONTRIBUTING.md", ...docs.map((name) => `docs/${name}`)];

test("docs/API.md is what `npm run docs` writes", async () => {
  const written = await readFile(join(root, "docs/API.md"), "utf8");
  assert.ok(written === (await reference()), "docs/API.md is not what the types say: run `npm run docs`");
});

test("every link of the documentation leads to a file, and to a heading that is there", async () => {
  const texts = new Map(await Promise.all(pages.map(async (page) => [page, await readFile(join(root, page), "utf8")])));
  const links = [...texts].flatMap(([page, text]) =>
    [...proseOf(text).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(([, path, heading]) => ({ page, path, heading })),
  );
  assert.ok(links.length > 50, `only ${links.length} links were found`);
  const broken = links.filter(({ page, path, heading }) => {
    const target = path ? join(dirname(page), path) : page;
    if (!existsSync(join(root, target))) return true;
    return heading && texts.has(target) && !headingsOf(texts.get(target)).includes(heading);
  });
  assert.deepEqual(broken, []);
});

test("every file that is named for those who carry the code on is there, and so is each function on the way of a chunk", async () => {
  const files = writtenFiles();
  const isThere = (name) => {
    const end = new RegExp(`/${name.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}$`);
    return files.some((file) => end.test(`/${file}`));
  };
  const named = [];
  for (const page of ["docs/ARCHITECTURE.md", "CONTRIBUTING.md", "tests/e2e/README.md"]) {
    const code = (await readFile(join(root, page), "utf8")).match(/```.*?```|`[^`\n]+`/gs);
    named.push(...code.flatMap((text) => text.match(/[\w./{},*-]+\.(?:rs|m?js)\b/g) ?? []).flatMap(expand));
  }
  assert.ok(named.length > 100, `only ${named.length} names were found`);
  assert.deepEqual(named.filter((name) => !isThere(name)), []);

  const [way] = (await readFile(join(root, "docs/ARCHITECTURE.md"), "utf8")).match(/^BROADCASTER'S PAGE.*?```/ms);
  const stations = [...way.matchAll(/^[ \d]{2}  (\S+\.rs) +([\w, ]+)/gm)].map(([, file, names]) => ({ file, names: names.split(", ") }));
  assert.ok(stations.length > 25, `only ${stations.length} stations were found`);
  for (const { file, names } of stations) {
    const text = await readFile(join(root, file), "utf8");
    for (const name of names) assert.match(text, new RegExp(`\\bfn ${name}\\b`), `${file} has no ${name}`);
  }
});

/** `a/{b,c/{d,e}}.rs` as the shell reads it. */
function expand(name) {
  const [, before, inner, after] = name.match(/^(.*)\{([^{}]*)\}(.*)$/) ?? [];
  return inner === undefined ? [name] : inner.split(",").flatMap((one) => expand(before + one + after));
}

test("TypeScript finds no wrong name in any sample, and accepts those in TypeScript when it is strict", async (t) => {
  const samples = (await Promise.all(pages.map(samplesOf))).flat();
  const scripts = samples.flatMap(({ language, text, ...where }) => {
    if (language === "html") return scriptsOf(text).map((text) => ({ ...where, text, extension: "js" }));
    return ["js", "ts"].includes(language) ? [{ ...where, text, extension: language }] : [];
  });
  assert.ok(scripts.length > 10, `only ${scripts.length} scripts were found`);
  assert.deepEqual(await complaints(t, scripts), []);
});

test("TypeScript does find a misspelt option, function, property and event in a sample", async (t) => {
  const lobby = `{ url: "wss://relay.example", name: "lobby" }`;
  const wrong = [
    `import { startViewing } from "blobcast"; await startViewing(video, { url: "wss://relay.example", name: "lobby", mod: "mse" });`,
    `import { startWatching } from "blobcast"; await startWatching(video, ${lobby});`,
    `startViewing(video, ${lobby});`,
    `console.log(viewing.stats().delay);`,
    `recording.addEventListener("state", ({ detail }) => console.log(detail.status));`,
    `console.log(nowhere);`,
  ].map((text, line) => ({ file: "wrong", line, text, extension: "js" }));
  const found = await complaints(t, wrong);
  assert.deepEqual(wrong.filter(({ line }) => !found.some((complaint) => complaint.startsWith(`wrong:${line}: `))), [], found.join("\n"));
});

/** What TypeScript says about scripts, each with the sample's place. JavaScript is checked for names only: it may ignore what is null. */
async function complaints(t, scripts) {
  const folder = await mkdtemp(join(tmpdir(), "blobcast-samples-"));
  defer(t, () => rm(folder, { recursive: true, force: true }));
  const given = Object.entries(GIVEN).map(([name, { type }]) => `declare const ${name}: ${type};`);
  const globals = join(folder, "given.d.ts");
  await writeFile(globals, given.join("\n"));
  const check = async (extension, options) => {
    const some = new Map();
    for (const script of scripts.filter((script) => script.extension === extension)) {
      const file = join(folder, `${some.size}.${extension}`);
      await writeFile(file, script.text);
      some.set(file, script);
    }
    if (!some.size) return [];
    const program = ts.createProgram([globals, ...some.keys()], { ...OPTIONS, ...options });
    return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
      const script = some.get(file?.fileName);
      return `${script?.file}:${script?.line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
    });
  };
  return [...(await check("js", { allowJs: true, checkJs: true, strict: false })), ...(await check("ts", { strict: true }))];
}

const OPTIONS = {
  noEmit: true,
  skipLibCheck: true, // package_apps.test.mjs checks the types themselves
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: [],
  paths: {
    blobcast: [join(root, "src/js/index.d.ts")],
    "blobcast/element": [join(root, "src/js/element.d.ts")],
    "/blobcast/*.js": [join(root, "src/js/*.d.ts")], // as a relay serves them
  },
};

const withoutSamples = (text) => text.replace(/^ *```.*?^ *```$/gms, "");

/** Without code, in which brackets are no links. */
const proseOf = (text) => withoutSamples(text).replace(/(?<!\[)`[^`\n]*`(?!\])/g, "");

/** As GitHub makes anchors of headings. */
function headingsOf(text) {
  const headings = [...withoutSamples(text).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase());
  return headings.map((heading) => heading.replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-"));
}
