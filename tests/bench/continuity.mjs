// `npm run bench:continuity`: can a viewer tell when a restart happens? The figures, each beside its limit and beside those of a
// control: the same pages, in the same minute, with a recorder that is not restarted.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { scoped } from "../e2e/harness/cleanup.mjs";
import { chart } from "./chart.mjs";
import { cpuOf } from "./cpu.mjs";
import { shownIn } from "./film.mjs";
import { takeInstrument } from "./instrument.mjs";
import { busy, judge, judgeJoins, measure } from "./judge.mjs";
import { measureJoins } from "./joins.mjs";
import { lipsIn } from "./lips.mjs";
import { INTERVAL, listens, readOptions, SIZE, soundsFor } from "./options.mjs";
import { compositedPictures } from "./screencast.mjs";
import { breaksIn, timeline } from "./sound.mjs";
import { broadcast, endBroadcast, openStudio, watch } from "./studio.mjs";
import { table } from "./table.mjs";

/** The longest restart interval, and a time, in seconds, that fits between two of them. */
const CONTROL = { restartInterval: 20_000, seconds: 15 };
/** So many busy runs, and it is given up. */
const TRIES = 3;

/** A player's sound is stretched for so long, in ms, around a moment at which its rate was not 1. */
const STRETCHING = 500;

/** No verdict: the machine was too busy, or has no sound. */
class NotMeasured extends Error {}

/** Runs the benchmark; gives the number of figures that are beyond their limits, goals with them, and of runs that could not be measured. */
export async function continuity(args) {
  const options = readOptions(args);
  await mkdir(options.out, { recursive: true });
  const texts = [];
  const result = { failures: 0, unmeasured: 0 };
  for (const viewer of options.viewers) {
    for (const mode of options.modes) {
      for (const audio of options.joins ? [options.sounds?.[0] ?? true] : soundsFor(options, mode)) {
        const text = await report({ ...options, viewer, mode, audio }, result);
        console.log(`\n${text}`);
        texts.push(text);
      }
    }
  }
  await writeFile(join(options.out, options.joins ? "joins.txt" : "continuity.txt"), `${texts.join("\n\n")}\n`);
  console.log(`\n${result.failures} figures beyond their limits, ${result.unmeasured} runs not measured. Pictures and raw data are in ${options.out}.`);
  return options.reportOnly ? { failures: 0, unmeasured: 0 } : result;
}

/** Measures one mode in one browser and counts in `result` what came of it. */
async function report(options, result) {
  try {
    const lines = await scoped((t) => (options.joins ? joins : whole)(t, options));
    result.failures += lines.filter(({ ok }) => ok === false).length;
    return table(title(options) + (options.busy ? " (busy or not)" : ""), lines);
  } catch (error) {
    if (!(error instanceof NotMeasured)) throw error;
    result.unmeasured++;
    return `NOT MEASURED: ${title(options)}\n${error.message}`;
  }
}

const title = ({ mode, viewer, broadcaster, audio, size, restart, mimeType }) =>
  [`${mode}, ${broadcaster} → ${viewer}`, soundIn({ audio, viewer }), String(size) === String(SIZE) ? "" : size.join("x"), restart, mimeType].filter(Boolean).join(", ");

const soundIn = (options) => (listens(options) ? "with sound" : options.audio ? "with sound, not listened to" : "video only");

async function whole(t, options) {
  const studio = await openStudio(t, options);
  let reasons;
  for (let tries = 0; tries < TRIES; tries++) {
    const control = await takeControl(studio, options);
    reasons = await busyNow(studio, control, options);
    if (reasons.length > 0) await draw("busy", control, options);
    if (reasons.length === 0 || options.busy) {
      const measured = await takeRun(studio, options);
      const instrument = listens(options) ? await takeInstrument(studio) : null;
      const cpu = options.mode === "realtime" ? await takeCpu(studio, options) : null;
      const lines = judge(measured.figures, control.figures, { ...options, pictures: measured.raw.afterwards, instrument, cpu });
      // A machine that became busy meanwhile is no verdict either.
      if (!options.busy && lines.some(({ ok }) => ok === false)) reasons = await busyNow(studio, await takeControl(studio, options), options);
      if (reasons.length === 0 || options.busy) return keep(lines, control, measured, options);
    }
    console.log(`busy: the control ${reasons.join(" and ")}`);
  }
  throw new NotMeasured(`The machine was busy ${TRIES} times: the control ${reasons.join(" and ")}.`);
}

/** For mode `glue` in mode `mse`: there is no glue without restarts. */
const takeControl = (studio, options) => run(studio, { ...options, ...CONTROL, mode: controlMode(options) });

const controlMode = ({ mode }) => (mode === "glue" ? "mse" : mode);

/** Why nothing can be measured now, by a control. What stands in mode `realtime` alone is not the machine's. */
async function busyNow(studio, control, options) {
  const reasons = busy(control.figures);
  if (reasons.length === 0 || controlMode(options) === "mse") return reasons;
  return busy((await run(studio, { ...options, ...CONTROL, mode: "mse" })).figures);
}

const takeRun = (studio, options) =>
  run(studio, { ...options, restartInterval: INTERVAL }, options.screencast ? (page) => compositedPictures(page, options.viewer) : undefined);

async function keep(lines, control, measured, options) {
  const name = await draw("continuity", measured, options);
  await writeFile(`${name}.json`, JSON.stringify({ options, lines, control, measured }, (key, value) => (key === "samples" ? undefined : value)));
  for (const { raw } of [control, measured]) for (const error of raw.errors) console.log(`error: ${JSON.stringify(error)}`);
  return lines;
}

/** The picture of a run; gives its path without the extension. */
async function draw(kind, { figures, raw: { from, to } }, options) {
  const parts = [kind, options.viewer, options.mode, options.audio ? "sound" : "video", options.size.join("x"), options.restart];
  const name = join(options.out, parts.filter(Boolean).join("-"));
  await writeFile(`${name}.svg`, chart(title(options), figures, from, to));
  return name;
}

async function run(studio, options, look) {
  const page = await broadcast(studio, recordingOf(options));
  const raw = await watch(studio, page, { ...options, listening: listens(options) }, look);
  await endBroadcast(page);
  if (raw.sound?.samples.length === 0) throw new NotMeasured("Nothing was captured of the page's sound: use --video-only.");
  return { raw, figures: measure(raw, raw.sound && soundOf(raw), raw.sound && lipsOf(raw)) };
}

const recordingOf = ({ mode, audio, size, restart, restartInterval, mimeType }) => ({
  audio, size, restart, restartInterval, mimeType,
  latency: mode === "realtime" ? "low" : undefined,
});

async function takeCpu(studio, options) {
  const page = await broadcast(studio, recordingOf({ ...options, restartInterval: INTERVAL }));
  const found = await cpuOf(studio, ["mse", options.mode]);
  await endBroadcast(page);
  return found;
}

const lipsOf = ({ sound: { samples, sampleRate, start }, sounded, rows }) => lipsIn(timeline(samples, sampleRate), start, sounded, shownIn(rows));

/** What is broken in the sound, by the wall clock. */
function soundOf({ sound: { samples, sampleRate, start }, viewing }) {
  const stretched = viewing.filter(({ rate }) => rate !== 1).map(({ at }) => at - start);
  const isStretched = (at) => stretched.some((moment) => Math.abs(moment - at) <= STRETCHING);
  return breaksIn(samples, sampleRate, isStretched).map((found) => ({ ...found, at: found.at + start, end: found.end + start }));
}

async function joins(t, options) {
  const studio = await openStudio(t, options);
  const page = await broadcast(studio, recordingOf({ ...options, restartInterval: INTERVAL }));
  const found = await measureJoins(studio, options);
  await endBroadcast(page);
  await writeFile(join(options.out, `joins-${options.viewer}-${options.mode}.json`), JSON.stringify(found));
  return judgeJoins(found, options);
}
