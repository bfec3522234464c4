// From films, joins and costs to the figures of the table. Pure.

import { contentClock, drawingOf, shownIn } from "../bench/film.mjs";
import { latencies, neverShown, quantile, rate, waits } from "../bench/figures.mjs";

/** The figures of a round (take.mjs). Times in ms, `lost` in pictures a minute, `up` and `down` in bits a second. */
export function figuresOf({ film: { rows, drawn, from, to }, joins, cost }) {
  const shown = shownIn(rows);
  const inside = shown.filter(({ at }) => at >= from && at < to);
  const standing = waits(shown, contentClock(drawn), from, to).map(({ ms }) => ms);
  return {
    p50: quantile(latencies(shown, from, to), 0.5),
    p95: quantile(latencies(shown, from, to), 0.95),
    lost: ((neverShown(inside).frames + overdue(inside, drawn, from, to)) * 60_000) / (to - from),
    freeze: Math.max(...standing),
    rate: rate(shown, from, to),
    drawn: drawingOf(drawn.filter(({ time }) => time >= from && time < to), from, to),
    joins,
    up: cost.up * 8,
    down: cost.down * 8,
    cpu: cost.cpu,
  };
}

/** Frames that come after the last one shown, though there was time for them: of a viewer that stands still, or shows nothing at all. */
function overdue(shown, drawn, from, to) {
  const last = shown.at(-1);
  if (!last) return drawn.filter(({ time }) => time >= from && time < to).length;
  const late = Math.max(...shown.map(({ latency }) => latency));
  return drawn.filter(({ number, time }) => number > last.number && time < to - late).length;
}

/** One line of the table: of each figure the middle of all rounds; of joins, of all that there were. */
export function lineOf(rounds) {
  const of = (figure) => middle(rounds.map(figure));
  const joins = rounds.flatMap(({ joins }) => joins);
  const cpu = (side) => of(({ cpu }) => cpu[side]);
  return {
    rounds: rounds.length,
    ...Object.fromEntries(["p50", "p95", "lost", "freeze", "up", "down"].map((name) => [name, of((round) => round[name])])),
    cpu: { publisher: cpu("publisher"), viewer: cpu("viewer"), server: cpu("server") },
    join: { count: joins.length, ms: middle(joins.map(({ ms }) => ms)), age: middle(joins.map(({ age }) => age)), loaded: middle(joins.map(({ loaded }) => loaded)) },
    drawn: { rate: Math.min(...rounds.map(({ drawn }) => drawn.rate)), gap: Math.max(...rounds.map(({ drawn }) => drawn.gap)) },
  };
}

/** The median; of an even number the mean of the two in the middle. What is no number (null, as JSON has it) is left out; NaN when there is nothing. */
export function middle(values) {
  const sorted = values.filter(Number.isFinite).toSorted((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)] + sorted[Math.ceil(half)]) / 2;
}
