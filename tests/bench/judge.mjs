// The figures of a run beside their limits. Pure.

import { blankIn, contentClock, drawingOf, shownIn } from "./film.mjs";
import { breaksPerRestart, breaksWithin, growth, latencies, NEAR, neverShown, outOfOrder, quantile, rate, statedWrongly, waits } from "./figures.mjs";
import { limitsFor } from "./limits.mjs";
import { INTERVAL } from "./options.mjs";

/** A control that shows fewer or more than the 30 pictures of a second's content, or stands for longer than this (ms), was taken on a busy machine. */
const BUSY = { rate: 0.5, freeze: 100 };
const FRAME_RATE = 30;
/** The instrument may be off by so much, in ms, from what the browser itself says of its sound. */
const INSTRUMENT = 5;

/** All figures of a run (studio.mjs); `breaks` are those of its sound (sound.mjs, by the wall clock), `lips` as lips.mjs gives them. */
export function measure({ rows, drawn, viewing, recording, from, to }, breaks, lips) {
  const shown = shownIn(rows);
  const inside = ({ at }) => at >= from && at < to;
  const clock = contentClock(drawn);
  const restarts = restartsIn(viewing.filter(inside));
  const p50 = quantile(latencies(shown, from, to), 0.5);
  const joined = shown.findIndex(({ latency }) => latency <= p50 + NEAR);
  const heard = breaks && breaksWithin(breaks, from, to);
  const standing = waits(shown, clock, from, to).map(({ ms }) => ms);
  return {
    shown, restarts,
    recorded: restartsIn(recording.filter(inside)).length,
    seconds: (to - from) / 1000,
    lost: neverShown(shown.slice(Math.max(0, joined))),
    lostLater: neverShown(shown.filter(inside)),
    order: outOfOrder(shown.filter(inside)),
    freeze: Math.max(...standing),
    rate: rate(shown, from, to),
    speed: speedIn(viewing.filter(inside)),
    unread: shown.filter(inside).reduce((sum, { unread }) => sum + unread, 0),
    blank: blankIn(rows.filter(inside)),
    p50,
    p95: quantile(latencies(shown, from, to), 0.95),
    growth: growth(shown, from, to),
    stated: statedWrongly(viewing.filter(inside), shown),
    drawn: drawingOf(drawn.filter(({ time }) => time >= from && time < to), from, to),
    breaks: heard,
    sound: heard && breaksPerRestart(heard, restarts.length ? restarts : everyInterval(from, to)),
    lips: lips && spread(lips.filter(inside).map(({ ms }) => ms)),
  };
}

/** When another segment came on screen, by the wall clock. */
const restartsIn = (samples) => samples.flatMap(({ at, segment }, i) => (i > 0 && segment !== samples[i - 1].segment ? [at] : []));

/** How fast the player played on average: a viewer that catches up shows more pictures than were filmed meanwhile. */
const speedIn = (samples) => samples.reduce((sum, { rate = 1 }) => sum + rate, 0) / samples.length;

/** The middle, and how far from 0 it is for 19 parts of 20. */
const spread = (values) => ({ p50: quantile(values, 0.5), furthest: quantile(values.map(Math.abs), 0.95) });

/** A control's breaks are counted as if it had been restarted. */
const everyInterval = (from, to) => Array.from({ length: Math.floor((to - from) / INTERVAL) }, (_, i) => from + i * INTERVAL);

/** Why a control says that nothing can be measured now; empty if all is well. */
export function busy({ rate, speed, freeze, recorded }) {
  const reasons = [];
  // Firefox does not always play as fast as its rate says.
  const off = Math.min(...[rate, rate / speed].map((shown) => Math.abs(shown - FRAME_RATE)));
  if (off > BUSY.rate) reasons.push(`shows ${rate.toFixed(1)} pictures a second`);
  if (freeze > BUSY.freeze) reasons.push(`stands for ${freeze.toFixed(0)} ms`);
  if (recorded > 0) reasons.push("was restarted");
  return reasons;
}

/** The lines of the table: `figure`, `value` and `control` as text, `limit`, and `ok` (null: not judged). */
export function judge(run, control, options) {
  const { mode, viewer, pictures, instrument, cpu } = options;
  const limits = limitsFor(options, control);
  const perRestart = run.lostLater.frames / Math.max(1, run.restarts.length);
  return [
    atMost("content never shown, whole run", run.lost.ms, 0, "ms", control.lost.ms),
    atMost("single frames never shown, per restart", perRestart, limits.lostFrames, "frames", undefined, 2),
    atMost("  the same per 2 s", framesLostIn(run), null, "frames", framesLostIn(control), 2),
    atMost("shown out of order", run.order.back, 0, "pictures", control.order.back),
    atMost("shown twice, not alone", run.order.repeated, 0, "pictures", control.order.repeated),
    ...(mode === "realtime" ? [atLeast("frames shown a second", run.rate, limits.rate, "", control.rate)] : []),
    atMost("longest freeze", run.freeze, limits.freeze, "ms", control.freeze),
    pictures
      ? { ...atMost("blank on the composited page", pictures.blank, 0, "pictures"), control: `of ${pictures.count} ${pictures.how}` }
      : { ...atMost("blank on the composited page", 0, null, "pictures"), value: "not looked at" },
    // Firefox gives nothing to draw while it seeks, though the picture stands: there, only the composited page is judged.
    atMost("blank in the film", run.blank, viewer === "firefox" ? null : 0, "pictures", control.blank),
    atMost("latency p50", run.p50, limits.p50, "ms", control.p50),
    ...(limits.goals.p50 ? [atMost("latency p50, goal", run.p50, limits.goals.p50, "ms", control.p50)] : []),
    atMost("latency p95", run.p95, limits.goals.p95, "ms", control.p95),
    atMost("latency p50, last 10 s − first 10 s", run.growth, limits.growth, "ms"),
    ...(run.sound ? [
      atMost("sound broken at the worst restart", run.sound.worst, limits.sound, "ms", control.sound.worst),
      atMost("  mean per restart", run.sound.mean, null, "ms", control.sound.mean, 1),
    ] : []),
    atMost("stats().latency against the bar code, p50", run.stated, limits.stated, "ms", control.stated),
    ...(run.lips ? [
      within("sound behind the picture, p50", run.lips.p50, limits.lips, "ms", control.lips.p50),
      atMost("  how far apart, p95", run.lips.furthest, limits.lips, "ms", control.lips.furthest),
      ...(instrument ? [within("  what the instrument adds", instrument.p50, INSTRUMENT, "ms", undefined, 1)] : []),
    ] : []),
    ...(cpu ? [{ ...atMost("CPU of the viewer's browser, against mse", cpu[mode] / cpu.mse, limits.cpu, "×", undefined, 2), control: cpuIn(cpu, mode) }] : []),
    circumstances("restarts", (figures) => `${figures.restarts.length}`),
    circumstances("frames drawn, and the longest gap", ({ drawn }) => `${drawn.rate.toFixed(1)}/s, ${drawn.gap.toFixed(0)} ms`),
    circumstances("pictures shown, and not read", (figures) => `${figures.rate.toFixed(1)}/s, ${figures.unread}`),
  ];

  function circumstances(figure, text) {
    return { figure, value: text(run), control: text(control), limit: "", ok: null };
  }
}

const cpuIn = (cpu, mode) => `${cpu[mode].toFixed(0)} ms/s, mse ${cpu.mse.toFixed(0)} ms/s`;

/** Frames never shown in each two seconds, so that a run and its control can be compared. */
const framesLostIn = ({ lostLater, seconds }) => (lostLater.frames / seconds) * (INTERVAL / 1000);

function line(figure, value, limit, unit, control, digits, sign, isInside) {
  const text = (value) => (Number.isNaN(value) ? "none" : `${value.toFixed(digits)} ${unit}`.trimEnd());
  return {
    figure,
    value: text(value),
    control: control === undefined ? "" : text(control),
    limit: limit == null ? "reported" : `${sign} ${Number(limit.toFixed(limit < 100 ? 1 : 0))} ${unit}`.trimEnd(),
    ok: limit == null ? null : isInside(Number(value.toFixed(digits))), // as printed: freezes are whole refreshes, 100.02 ms is 100
  };
}

const atMost = (figure, value, limit, unit, control, digits = 0) => line(figure, value, limit, unit, control, digits, "≤", (value) => value <= limit);
const atLeast = (figure, value, limit, unit, control, digits = 1) => line(figure, value, limit, unit, control, digits, "≥", (value) => value >= limit);
const within = (figure, value, limit, unit, control, digits = 0) => line(figure, value, limit, unit, control, digits, "±", (value) => Math.abs(value) <= limit);

/** The joins of `joinIn`. A viewing that is late for ever has soon joined, so how late it is counts too. */
export function judgeJoins(joins, options) {
  const limits = limitsFor(options);
  const median = (figure, all, limit) => {
    const values = all.filter((value) => !Number.isNaN(value));
    const p50 = quantile(values, 0.5);
    const range = `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)} ms`;
    const verdict = limit == null ? { limit: "reported", ok: null } : { limit: `≤ ${limit} ms`, ok: p50 <= limit };
    return { figure, value: `${p50.toFixed(0)} ms`, ...verdict, control: range };
  };
  return [
    median(`join, p50 of ${joins.length}`, joins.map(({ ms }) => ms), limits.join),
    median("steady latency, p50", joins.map(({ steady }) => steady), limits.late),
  ];
}
