// The files of this checkout, whether git is there or not.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.mjs";

/** Folders of what is made, as the files .gitignore have them: by their names, and by their paths. */
const MADE = ["node_modules", "dist", ".git", ".cache", "target", "pkg", "www/vendor", "bench-results", "fuzz/artifacts", "relay/demo"];

/** The path of each file that was written here, from the checkout on, with slashes. */
export function writtenFiles(folder = "") {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (!entry.isDirectory()) return [path];
    return MADE.includes(entry.name) || MADE.includes(path) ? [] : writtenFiles(path);
  });
}
