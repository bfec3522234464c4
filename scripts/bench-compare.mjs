// `npm run bench:compare`: blobcast beside other ways to bring the same picture from one page to another (tests/compare).

import { parseArgs } from "node:util";
import { compare } from "../tests/compare/compare.mjs";
import { CONTENDERS } from "../tests/compare/contenders/index.mjs";
import { readResults } from "../tests/compare/results.mjs";
import { markdown } from "../tests/compare/table.mjs";
import { buildPackage } from "./build.mjs";
import { buildRelay } from "./relay.mjs";
import { main, run } from "./run.mjs";
import { bring } from "./tools.mjs";

const USAGE = `npm run bench:compare -- [contender…] [options]
  of ${Object.keys(CONTENDERS).join(", ")}; default: all that can run here
  --rounds N    each is measured so many times, in turn; default: 3
  --seconds N   how long it is filmed each time; default: 60
  --joins N     how many newcomers each time; default: 5
  --quick       one round, 10 s, 2 joins: for a look
  --add         keeps the rounds that were measured before
  --table       measures nothing and prints what was measured`;

main(import.meta, async (args) => {
  const string = { type: "string" };
  const boolean = { type: "boolean" };
  const options = { rounds: string, seconds: string, joins: string, quick: boolean, add: boolean, table: boolean, help: boolean };
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  if (values.help) return console.log(USAGE);
  const unknown = positionals.find((name) => !(name in CONTENDERS));
  if (unknown) throw new Error(`${unknown} is none of ${Object.keys(CONTENDERS).join(", ")}.\n\n${USAGE}`);
  if (!values.table) {
    await buildPackage();
    await buildRelay();
    await bring("node modules", "chromium", "ffmpeg");
    await run("npm", ["ci", "--no-audit", "--no-fund", "--silent", "--prefix", "tests/compare"]);
    const [rounds, seconds, joins] = values.quick ? [1, 10, 2] : [3, 60, 5];
    const given = (value, usual) => Number(value ?? usual);
    await compare(positionals, { rounds: given(values.rounds, rounds), seconds: given(values.seconds, seconds), joins: given(values.joins, joins), add: values.add });
  }
  const titles = Object.fromEntries(Object.entries(CONTENDERS).map(([name, { title }]) => [name, title]));
  console.log(`\n${markdown(await readResults(), titles)}`);
});
