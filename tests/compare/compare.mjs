// Measures contenders, in turn, round by round.

import { CONTENDERS } from "./contenders/index.mjs";
import { figuresOf } from "./judge.mjs";
import { layPages } from "./lay.mjs";
import { readResults, writeResults } from "./results.mjs";
import { takeRound } from "./take.mjs";

/** Measures these, or all, and writes what came of it; what was measured of them before is kept only if `add` says so. */
export async function compare(names, { rounds, add, ...options }) {
  const { www, weighs } = await layPages();
  const wanted = (names.length ? names : Object.keys(CONTENDERS)).filter(isThere);
  const results = await readResults();
  if (!add) results.rounds = results.rounds.filter(({ contender }) => !wanted.includes(contender));
  for (let round = 0; round < rounds; round++) {
    for (const name of wanted) {
      const contender = CONTENDERS[name];
      const figures = figuresOf(await takeRound(contender, { www, ...options }));
      console.log(`${name}: ${JSON.stringify({ ...figures, joins: figures.joins.map(({ ms }) => Math.round(ms)) })}`);
      results.rounds.push({ contender: name, at: new Date().toISOString(), ...figures });
      results.weights[name] = (await contender.weigh?.()) ?? weighs[contender.script];
      await writeResults(results);
    }
  }
}

function isThere(name) {
  const missing = CONTENDERS[name].missing?.();
  if (missing) console.log(`${name} is left out: ${missing}`);
  return !missing;
}
