// `npm run docs`: writes docs/API.md from the package's types, so that the page says what an editor says. TypeDoc made 1,600 lines on two
// pages of the same, half of them about addEventListener.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { declarations } from "./declarations.mjs";
import { main, root } from "./run.mjs";

const PAGE = "docs/API.md";
const TYPES = ["src/js/index.d.ts", "src/js/element.d.ts"];

/** The page's sections: what comes first in each is its heading, the others are below it. */
const OUTLINE = [
  ["startRecording", "RecordingOptions"],
  ["Recording", "RecordingEventMap", "RecordingStats", "CongestionDetail"],
  ["startViewing", "ViewingOptions"],
  ["Viewing", "Moment", "ViewingEventMap", "ViewingStats"],
  ["State"],
  ["BlobcastError"],
  ["Token"],
  ["init", "WasmSource"],
  ["BlobcastPlayer"],
  ["BlobcastRecorder"],
  ["Listeners"],
];

/** Shown in those that extend them. */
const PARTS = ["ConnectOptions", "Stats"];

const HEAD = `# The API

<!-- Written by \`npm run docs\` from ${TYPES.join(" and ")}. Change those. -->

All that the package exports, as its types say it; your editor shows the same. Functions and types are from \`blobcast\`, the two elements
from \`blobcast/element\`. How to go about it is in the [guide](GUIDE.md); the elements' attributes, words and looks are in
[ELEMENTS.md](ELEMENTS.md). Times are in ms.`;

/** The text of the page. */
export async function reference() {
  const files = await Promise.all(TYPES.map(async (file) => declarations(file, await readFile(join(root, file), "utf8"))));
  const all = new Map(files.flatMap((file) => [...file]));
  const told = [...OUTLINE.flat(), ...PARTS];
  const forgotten = [...all.values()].filter(({ name, isExported }) => isExported && !told.includes(name));
  if (forgotten.length) throw new Error(`scripts/reference.mjs has no place for ${forgotten.map(({ name }) => name).join(", ")}.`);
  const sections = OUTLINE.map(([first, ...others]) => [
    `## ${first}\n\n${section(all, all.get(first))}`,
    ...others.map((name) => `### ${name}\n\n${section(all, all.get(name))}`),
  ]);
  return `${[HEAD, contents(), ...sections.flat()].join("\n\n")}\n`;
}

function contents() {
  const entry = ([first, ...others]) => [link(first), ...others.map(link)].join(" · ");
  return OUTLINE.map((names) => `- ${entry(names)}`).join("\n");
}

function section(all, declaration) {
  const { doc, kind } = declaration;
  const parts = [...SHOWN[kind](declaration, all), ...(doc.throws.length ? [errors(doc)] : [])];
  return [signature(declaration), doc.text, ...doc.samples.map(sample), ...parts].filter(Boolean).join("\n\n");
}

/** What follows the text of each kind. */
const SHOWN = {
  function({ params, doc }) {
    const rows = params.map(({ name, type }) => [code(name), linked(type), doc.params.get(name) ?? ""]);
    return [table(["argument", "type", ""], rows)];
  },
  type: () => [],
  interface(declaration, all) {
    const members = membersOf(all, declaration);
    if (declaration.name.endsWith("EventMap")) return [events(members)];
    if (members.every(({ kind }) => kind === "method")) return [];
    return [properties(members)];
  },
  class(declaration, all) {
    const members = membersOf(all, declaration);
    const only = (wanted) => members.filter(({ kind }) => kind === wanted);
    return [properties(only("property")), methods(only("method"))];
  },
};

function signature(declaration) {
  const { kind, name, type } = declaration;
  if (kind === "function") return linked(call(declaration), name);
  return kind === "type" ? linked(`${name} = ${type}`, name) : "";
}

const call = ({ name, params, returns }) =>
  `${name}(${params.map(({ name, isOptional, type }) => `${name}${isOptional ? "?" : ""}: ${type}`).join(", ")}): ${returns}`;

function properties(members) {
  const areOptions = members.some(({ doc }) => doc.default);
  const rows = members.map(({ name, type, isOptional, isReadonly, doc }) => {
    const otherwise = isOptional ? literal(doc.default) : "required";
    return [code(name), linked(type), ...(areOptions ? [otherwise] : []), `${isReadonly ? "Read-only. " : ""}${line(doc.text)}`];
  });
  return table(areOptions ? ["option", "type", "default", ""] : ["property", "type", ""], rows);
}

const methods = (members) => table(["method", ""], members.map((method) => [linked(call(method)), line(method.doc.text)]));

function events(members) {
  const detail = (type) => type.match(/^CustomEvent<(.*)>$/)[1];
  return table(["event", "its `detail`", ""], members.map(({ name, type, doc }) => [code(name), linked(detail(type)), line(doc.text)]));
}

const errors = ({ throws }) => table(["rejects with", "when"], throws.map(({ name, text }) => [code(name), text]));

const sample = (text) => (text.startsWith("```") ? text : `\`\`\`js\n${text}\n\`\`\``);

/** Its own members and, before them, those of what it extends, as far as that is declared here. */
function membersOf(all, { bases, members }) {
  const inherited = bases.flatMap(({ name, given }) => {
    const base = all.get(name);
    if (!base) return [];
    const fill = (type) => type?.replace(/\b[A-Z]\b/g, (parameter) => given[base.parameters.indexOf(parameter)] ?? parameter);
    return membersOf(all, base).map((member) => ({ ...member, type: fill(member.type), returns: fill(member.returns) }));
  });
  return [...inherited, ...members];
}

const headings = OUTLINE.flat();
const link = (name) => `[\`${name}\`](#${name.toLowerCase()})`;
const code = (text) => `\`${text}\``;
const line = (text) => text.replace(/\s+/g, " ");

/** Code in which the names of other sections are links. */
const linked = (text, self) => {
  const names = headings.filter((name) => name !== self);
  const parts = text.split(new RegExp(`\\b(${names.join("|")})\\b`));
  return parts.map((part) => (names.includes(part) ? link(part) : part && code(part))).join("");
};

/** A default is a value, or words. */
const literal = (text) => (text === undefined ? "none" : /\s/.test(text) ? line(text) : code(text));

function table(head, rows) {
  if (!rows.length) return "";
  const row = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
}

main(import.meta, async () => {
  await writeFile(join(root, PAGE), await reference());
});
