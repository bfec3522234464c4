// Whether each name that a script here imports from another one is exported there. A browser and Node say so as well, but only when they
// load it. TypeScript does the looking, without checking any types, which would take ten times as long.

import { extname, join, relative } from "node:path";
import ts from "typescript";
import { STAGE } from "./build.mjs";
import { writtenFiles } from "./checkout.mjs";
import { main, root } from "./run.mjs";

const SCRIPTS = [".js", ".mjs", ".jsx", ".ts"];
const isOurs = (name) => /^[./]|^blobcast(\/|$)/.test(name);

const OPTIONS = {
  allowJs: true,
  noLib: true,
  types: [],
  jsx: ts.JsxEmit.Preserve,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  // The scripts of the package stand beside what wasm-bindgen makes, and all pages of tests beside those of tests/e2e.
  rootDirs: ["src/js", STAGE, "tests/compare/pages", "tests/e2e/pages"].map((folder) => join(root, folder)),
  paths: {
    blobcast: [join(root, "src/js/index.d.ts")],
    "blobcast/element": [join(root, "src/js/element.d.ts")],
    "/blobcast/*.js": [join(root, "src/js/*.d.ts")],
    "/*": [join(root, "tests/e2e/pages/*")],
  },
};

/** What these scripts import in vain, a line each: `www/wall.js:9: ./page.js exports no shout`. */
export function wrongImports(files) {
  const host = ts.createCompilerHost(OPTIONS);
  host.resolveModuleNameLiterals = (names, from) => names.map(({ text }) => (isOurs(text) ? ts.resolveModuleName(text, from, OPTIONS, host) : {}));
  const program = ts.createProgram(files, OPTIONS, host);
  const checker = program.getTypeChecker();
  const exportsOf = (specifier) => {
    const module = checker.getSymbolAtLocation(specifier);
    return module ? checker.getExportsOfModule(module).map(({ name }) => name) : [];
  };
  return files.map((path) => program.getSourceFile(path)).flatMap((file) => {
    const lineOf = (node) => file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
    const isMeant = (node) => file.text.slice(node.pos, node.getStart(file)).includes("@ts-expect-error");
    const imports = file.statements.filter((node) => node.moduleSpecifier && isOurs(node.moduleSpecifier.text) && !isMeant(node));
    return imports.flatMap((statement) => {
      const { moduleSpecifier } = statement;
      const exported = exportsOf(moduleSpecifier);
      const wrong = namesIn(statement).filter(({ name }) => !exported.includes(name));
      return wrong.map(({ node, name }) => `${relative(root, file.fileName)}:${lineOf(node)}: ${moduleSpecifier.text} exports no ${name}`);
    });
  });
}

/** What an import, or an export from elsewhere, takes by name. */
function namesIn({ importClause, exportClause }) {
  const named = (importClause?.namedBindings ?? exportClause)?.elements ?? [];
  const names = named.map((node) => ({ node, name: (node.propertyName ?? node.name).text }));
  return importClause?.name ? [{ node: importClause.name, name: "default" }, ...names] : names;
}

main(import.meta, async () => {
  const scripts = writtenFiles().filter((file) => SCRIPTS.includes(extname(file)));
  const wrong = wrongImports(scripts.map((file) => join(root, file)));
  if (wrong.length) throw new Error(`What is imported is not there:\n${wrong.join("\n")}`);
});
