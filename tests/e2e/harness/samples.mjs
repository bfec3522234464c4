// The samples of the documentation, and the pages that run them.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../../scripts/run.mjs";

/** All samples of a page of the documentation. */
export const samplesOf = async (file) => samplesIn(await readFile(join(root, file), "utf8"), file);

/** All fenced samples, each `{ file, line, language, info, text }`: `info` is what stands behind the language. One in a list is indented. */
export function samplesIn(markdown, file) {
  return [...markdown.matchAll(/^( *)```(\w*) ?([^\n]*)\n(.*?)^\1```$/gms)].map(({ index, 1: indent, 2: language, 3: info, 4: text }) => ({
    file,
    line: markdown.slice(0, index).split("\n").length,
    language,
    info,
    text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

/** The scripts in a sample of HTML. */
export const scriptsOf = (html) => [...html.matchAll(/<script type="module">(.*?)<\/script>/gs)].map(([, script]) => script);

/**
 * What a sample may take from those before it, with its type and how it comes about here. The names of a page's own elements are
 * those of the furniture below.
 */
export const GIVEN = {
  video: { type: "HTMLVideoElement", value: `document.querySelector("video")` },
  button: { type: "HTMLButtonElement", value: `document.querySelector("button")` },
  message: { type: "HTMLElement", value: `document.querySelector("p")` },
  camera: { type: "MediaStream", value: `await navigator.mediaDevices.getUserMedia({ video: true, audio: true })` },
  recording: { type: `import("blobcast").Recording`, value: `await startRecording(here.camera, lobby)`, needs: ["camera"] },
  viewing: { type: `import("blobcast").Viewing`, value: `await startViewing(here.video, lobby)`, needs: ["video"] },
};

const FURNITURE = `<video width="320" height="180" playsinline></video><button>Press</button><p></p>`;

const IMPORTS = `<script type="importmap">
  { "imports": { "blobcast": "/blobcast/index.js", "blobcast/element": "/blobcast/element.js" } }
</script>`;

/** The names that a sample takes from those before it. */
export function takenBy(text) {
  const declares = (name) => new RegExp(`\\b(const|let)\\b[^=;]*\\b${name}\\b`).test(text);
  const wanted = Object.keys(GIVEN).filter((name) => new RegExp(`\\b${name}\\b`).test(text) && !declares(name));
  return [...new Set(wanted.flatMap((name) => [...(GIVEN[name].needs ?? []), name]))];
}

/** Given names are there before the sample begins, as it imports this. */
const preludeOf = (text) => `
import { startRecording, startViewing } from "blobcast";
const lobby = { url: location.origin, name: "lobby" };
const here = globalThis;
${takenBy(text).map((name) => `here.${name} = ${GIVEN[name].value};`).join("\n")}`;

/** The sample's page, as files by their names: the text stands in it as it is, and says `window.isDone` where its end is reached. */
export function pageOf({ language, text }) {
  const parts = PAGES[language](text);
  return {
    "sample.html": `<!doctype html><meta charset="utf-8" /><title>A sample</title><link rel="icon" href="data:," />\n${parts}`,
    "prelude.js": language === "js" ? preludeOf(text) : "",
  };
}

const ELEMENTS = `<script type="module">import "blobcast/element";</script>`;
const player = `${ELEMENTS}<blobcast-player src="/lobby" autoplay muted></blobcast-player>`;

const PAGES = {
  js: (text) =>
    `${IMPORTS}\n${FURNITURE}${text.includes("blobcast-player") ? player : ""}
<script type="module">import "./prelude.js";\n${text}\nwindow.isDone = true;</script>`,
  html(text) {
    const itself = text.includes("importmap") ? "" : IMPORTS;
    const defined = text.includes("<blobcast-") && !text.includes("blobcast/element") ? ELEMENTS : "";
    return `${itself}${defined}\n${text}\n<script type="module">import "blobcast";\nwindow.isDone = true;</script>`;
  },
  css: (text) => `${IMPORTS}<style>${text}</style>${player}<script type="module">window.isDone = true;</script>`,
};

/** Broadcasts to the relay that serves it, for those samples that watch; `window.recording` is there when it does. */
export const STUDIO = `<!doctype html><meta charset="utf-8" /><title>A studio</title><link rel="icon" href="data:," />${IMPORTS}
<script type="module">
  import { startRecording } from "blobcast";
  const camera = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 180 }, audio: true });
  window.recording = await startRecording(camera, { url: location.origin, name: "lobby", restartInterval: 2000 });
</script>`;
