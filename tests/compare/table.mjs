// The figures as a table in Markdown. Pure.

import { lineOf } from "./judge.mjs";

const KB = 1024;

const COLUMNS = {
  "latency p50, p95": ({ p50, p95 }) => `${round(p50)}, ${round(p95)} ms`,
  "join p50, age of the picture": ({ join }) => `${round(join.ms)}, ${round(join.age)} ms`,
  "loaded in its first second": ({ join }) => `${round(join.loaded / KB)} KB`,
  "never shown": ({ lost }) => `${round(lost)}/min`,
  "longest freeze": ({ freeze }) => `${round(freeze)} ms`,
  "up, down": ({ up, down }) => `${megabits(up)}, ${megabits(down)} Mbit/s`,
  "CPU of broadcaster, viewer, servers": ({ cpu }) => `${percent(cpu.publisher)}, ${percent(cpu.viewer)}, ${percent(cpu.server)} %`,
  "a viewer's page loads": ({ weight }) => `${(weight / KB).toFixed(1)} KB`,
};

/** `results` are those of results.mjs, `titles` the contenders' in the order of the lines. */
export function markdown(results, titles) {
  const lines = Object.entries(titles).flatMap(([name, title]) => {
    const rounds = results.rounds.filter((round) => round.contender === name);
    return rounds.length ? [[title, lineOf(rounds), results.weights[name]]] : [];
  });
  const cells = lines.map(([title, line, weight]) => [title, ...Object.values(COLUMNS).map((text) => text({ ...line, weight }))]);
  const head = ["", ...Object.keys(COLUMNS)];
  return [head, head.map((_, i) => (i ? "--:" : "---")), ...cells].map((row) => `| ${row.join(" | ")} |`).join("\n") + `\n\n${circumstances(lines.map(([, line]) => line))}`;
}

/** How much the figures can be trusted: what the source itself did. */
function circumstances(lines) {
  const counts = lines.map(({ rounds }) => rounds);
  const rounds = [...new Set([Math.min(...counts), Math.max(...counts)])].join(" to ");
  const joins = Math.min(...lines.map(({ join }) => join.count));
  const rate = Math.min(...lines.map(({ drawn }) => drawn.rate));
  const gap = Math.max(...lines.map(({ drawn }) => drawn.gap));
  const worst = `In the worst of them the source drew ${rate.toFixed(1)} pictures a second, and once none for ${round(gap)} ms.`;
  return `Medians; rounds of each: ${rounds}; joins of each: ${joins} or more. ${worst}`;
}

const round = (value) => (Number.isNaN(value) ? "none" : value.toFixed(0));
const megabits = (bits) => (bits / 1e6).toFixed(2);
/** Of one processor; CPU time is in ms a second. */
const percent = (cpu) => (cpu / 10).toFixed(0);
