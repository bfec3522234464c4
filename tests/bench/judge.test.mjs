import assert from "node:assert/strict";
import { test } from "node:test";
import { busy, judge, judgeJoins, measure } from "./judge.mjs";
import { chart } from "./chart.mjs";
import { readOptions, soundsFor } from "./options.mjs";
import { table } from "./table.mjs";

const FRAME = 1000 / 30;
const options = { mode: "mse", viewer: "chromium", audio: true, pictures: { blank: 0, count: 100, how: "pictures" } };

/** A run of 20 s at 60 Hz with a restart every two seconds; `latency` of each moment, in ms. */
function run(latency = () => 320, breaks = [], restarts = true, lips = []) {
  const [from, to] = [12_000, 32_000];
  const drawn = Array.from({ length: 900 }, (_, number) => ({ number, time: 10_000 + number * FRAME }));
  const rows = Array.from({ length: 60 * 22 }, (_, i) => {
    const at = 10_400 + (i * 1000) / 60;
    const number = Math.floor((at - 10_000 - latency(at) + 1) / FRAME);
    return { at, number, time: drawn[number].time, surface: 1, picture: number, presented: 0 };
  });
  const samples = Array.from({ length: 200 }, (_, i) => ({ at: from + i * 100, latency: 320, segment: restarts ? Math.floor(i / 20) : 0 }));
  return measure({ rows, drawn, viewing: samples, recording: samples, from, to }, breaks, lips);
}

const control = run(undefined, [], false);
const failed = (figures, more) => judge(figures, control, { ...options, ...more }).filter(({ ok }) => ok === false).map(({ figure }) => figure);

test("a run without faults passes, and its control is not busy", () => {
  assert.deepEqual(failed(run()), []);
  assert.deepEqual(busy(control), []);
  assert.equal(run().restarts.length, 9);
});

test("a segment that a viewer never gets fails in every way that it should", () => {
  const figures = failed(run((at) => (at > 20_000 && at < 20_500 ? at - 20_000 + 320 : 320)));
  assert.deepEqual(figures, ["content never shown, whole run", "single frames never shown, per restart", "longest freeze"]);
});

test("a player that falls behind fails by its latency, its growth and what it says of it", () => {
  const figures = failed(run((at) => 320 + (at > 20_000 ? 200 : 0)));
  assert.ok(figures.includes("latency p50, last 10 s − first 10 s"), figures.join());
  assert.ok(figures.includes("latency p50, goal"), figures.join());
});

test("a muted half second fails, in mode glue it is reported; with keyframes nothing may be broken", () => {
  const muted = run(undefined, [{ at: 20_000, end: 20_500, ms: 500 }]);
  assert.deepEqual(failed(muted), ["sound broken at the worst restart"]);
  assert.deepEqual(failed(muted, { mode: "glue" }), []);
  const short = run(undefined, [{ at: 20_000, end: 20_004, ms: 4 }]);
  assert.deepEqual(failed(short), []);
  assert.deepEqual(failed(short, { restart: "keyframe" }), ["sound broken at the worst restart"]);
});

test("a sound that was never there is broken all along", () => {
  assert.deepEqual(failed(run(undefined, [{ at: 0, end: 40_000, ms: 40_000 }])), ["sound broken at the worst restart"]);
  assert.equal(run(undefined, [{ at: 0, end: 40_000, ms: 40_000 }]).breaks[0].ms, 20_000);
});

test("a blank picture of the page fails", () => {
  assert.deepEqual(failed(run(), { pictures: { ...options.pictures, blank: 1 } }), ["blank on the composited page"]);
});

test("a control that stands, drops pictures or is restarted is no control", () => {
  const calm = { rate: 30, speed: 1, freeze: 50, recorded: 0 };
  assert.deepEqual(busy(calm), []);
  for (const fault of [{ rate: 29.4 }, { freeze: 101 }, { recorded: 1 }]) assert.equal(busy({ ...calm, ...fault }).length, 1);
  assert.deepEqual(busy({ ...calm, rate: 31.5, speed: 1.05 }), [], "one that catches up shows more");
  assert.equal(busy({ ...calm, rate: 30.8, speed: 1.05 }).length, 1);
});

test("joins are judged by their median", () => {
  const joins = (...times) => times.map((ms) => ({ ms, steady: 300 }));
  const [mse, glue] = ["mse", "glue"].map((mode) => ({ mode, audio: true }));
  assert.equal(judgeJoins(joins(200, 240, 2000), mse)[0].ok, true);
  assert.equal(judgeJoins(joins(200, 260, 2000), mse)[0].ok, false);
  assert.equal(judgeJoins(joins(200, 260, 2000), glue)[0].ok, true);
  const never = { ms: Infinity, steady: NaN };
  assert.equal(judgeJoins([...joins(200), never, never], glue)[0].ok, false, "who never joins counts too");
  assert.deepEqual(judgeJoins([{ ms: 100, steady: 2600 }], glue).map(({ ok }) => ok), [true, false], "nor does it help to be late for ever");
  assert.deepEqual(judgeJoins([{ ms: 100, steady: 500 }], { ...mse, viewer: "firefox" }).map(({ ok }) => ok), [true, null], "Firefox keeps more");
});

test("the table has the figure, the limit and the verdict in one line", () => {
  const text = table("a title", judge(run((at) => (at > 20_000 && at < 20_500 ? at - 20_000 + 320 : 320)), control, options));
  assert.match(text, /^a title/);
  assert.match(text, /longest freeze +5\d\d ms +≤ 100 ms +FAIL +\d+ ms/);
  assert.match(text, /shown out of order +0 pictures +≤ 0 pictures +ok/);
});

test("the picture has a point for each picture shown and a line for each restart", () => {
  const figures = run();
  const svg = chart("a < b", figures, 12_000, 32_000);
  assert.match(svg, /a &lt; b/);
  assert.equal(svg.match(/stroke-dasharray/g).length, figures.restarts.length);
  const [latencies] = svg.match(/<path d="M[^"]*h0"/g);
  assert.equal(latencies.match(/h0/g).length, figures.shown.filter(({ at }) => at <= 32_000).length);
  assert.doesNotMatch(svg, /NaN|undefined/);
});

const realtime = { mode: "realtime", cpu: { mse: 100, realtime: 120 }, instrument: { p50: 0.4 } };
const apart = (ms) => Array.from({ length: 200 }, (_, i) => ({ at: 12_000 + i * 100, ms }));

test("mode realtime has its own goals, with sound and without", () => {
  const late = (ms, more) => failed(run(() => ms, [], true, apart(10)), { ...realtime, ...more }).filter((figure) => figure.endsWith("goal") || figure.endsWith("p95"));
  assert.deepEqual(late(100), []);
  assert.deepEqual(late(150), ["latency p50, goal", "latency p95"]);
  assert.deepEqual(late(100, { audio: false }), ["latency p50, goal", "latency p95"]);
  assert.deepEqual(late(150, { size: [1280, 720] }), [], "reported");
  assert.deepEqual(late(150, { viewer: "firefox" }), [], "reported");
});

test("lips that are 46 ms apart fail, whichever comes first, and one in twenty in either direction does not", () => {
  const figures = (lips) => failed(run(() => 100, [], true, lips), realtime).filter((figure) => figure.includes("picture,") || figure.includes("apart"));
  assert.deepEqual(figures(apart(45)), []);
  for (const ms of [46, -46]) assert.deepEqual(figures(apart(ms)), ["sound behind the picture, p50", "  how far apart, p95"]);
  assert.deepEqual(figures(apart(-20).map((lip, i) => (i % 25 ? lip : { ...lip, ms: 400 }))), []);
  assert.deepEqual(figures(apart(-20).map((lip, i) => (i % 10 ? lip : { ...lip, ms: 400 }))), ["  how far apart, p95"]);
});

test("a viewer that costs too much fails, and so does one that shows too few pictures", () => {
  const figures = run(() => 100, [], true, apart(0));
  const more = (more, figures) => failed(figures, { ...realtime, ...more }).filter((figure) => /CPU|frames shown/.test(figure));
  assert.deepEqual(more({}, figures), []);
  assert.deepEqual(more({ cpu: { mse: 100, realtime: 131 } }, figures), ["CPU of the viewer's browser, against mse"]);
  assert.deepEqual(more({}, { ...figures, rate: 29.4 }), ["frames shown a second"]);
});

test("options say what is measured, and what is not understood is refused", () => {
  assert.deepEqual(readOptions([]).modes, ["mse", "glue", "realtime"]);
  assert.equal(readOptions([]).seconds, 63);
  assert.deepEqual(soundsFor(readOptions(["--seconds", "20", "--video-only"]), "mse"), [false]);
  assert.deepEqual(["mse", "realtime"].map((mode) => soundsFor(readOptions([]), mode)), [[true], [false, true]]);
  assert.deepEqual(readOptions(["--size", "1280x720"]).size, [1280, 720]);
  assert.throws(() => readOptions(["--mode", "rtc"]), /none of mse, glue, realtime/);
  assert.throws(() => readOptions(["--size", "100x100"]), /is no WIDTHxHEIGHT/);
  assert.throws(() => readOptions(["--restarts", "many"]), /many is no number above 0/);
});
