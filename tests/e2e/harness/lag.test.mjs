import assert from "node:assert/strict";
import { test } from "node:test";
import { Lag } from "./lag.mjs";
import { random } from "./random.mjs";

const lag = (lost) => new Lag({ delay: 100, jitter: 50, lost, chance: random(7) });

test("what comes late stays in order, within the jitter", () => {
  const line = lag(0);
  const times = [0];
  for (let now = 0; now < 10_000; now += 10) times.push(line.due(times.at(-1), 100, now));
  const late = times.slice(1).map((time, i) => time - i * 10);
  assert.ok(late.every((ms) => ms >= 50 && ms <= 150), `${Math.min(...late)} to ${Math.max(...late)} ms`);
  assert.deepEqual(times.toSorted((a, b) => a - b), times);
});

test("so many packets are lost, and come a round trip later", () => {
  const line = lag(0.02);
  const late = Array.from({ length: 10_000 }, () => line.due(0, 1400, 0)).filter((ms) => ms > 200).length;
  assert.ok(late > 150 && late < 250, `${late} of 10,000`);
});

test("losses cost most of the line", () => {
  assert.equal(Math.round((lag(0.02).rate * 8) / 1000), 485, "kbit/s, at a round trip of 200 ms");
  assert.equal(lag(0).rate, Infinity);
});
