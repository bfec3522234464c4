// `node scripts/bring.mjs node modules`: brings one of the things that tools.mjs knows. In package.json it stands before each task that
// could not be loaded without the packages it imports.

import { main } from "./run.mjs";
import { bring } from "./tools.mjs";

main(import.meta, (words) => bring(words.join(" ")));
