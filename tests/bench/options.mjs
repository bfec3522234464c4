// What the benchmark takes on the command line.

import { parseArgs } from "node:util";

export const USAGE = `npm run bench:continuity -- [options]
  --viewer chromium|firefox       default: one after the other
  --broadcaster chromium|firefox  default: chromium
  --mode mse|glue                 default: one after the other
  --restart handover|keyframe     how segments are made; default: the package's
  --mime TYPE                     what to record; default: the package's
  --video-only                    without sound (default: --audio)
  --restarts N                    how many restarts, one every 2 s; default: 30
  --seconds N                     the same as a time, which goes before
  --joins N                       measures N joins instead
  --no-screencast                 leaves out the look at the composited page
  --out FOLDER                    where pictures and raw data go; default: bench-results
  --busy                          measures on a busy machine, too: for a look, not for a verdict
  --report-only                   exits with 0 whatever the figures are`;

/** The time between restarts, in ms. They come with the next chunk, so a little later. */
export const INTERVAL = 2000;
const LATER = 1.05;

/**
 * Whether what is heard is recorded. Not in Firefox: with its sound in an AudioContext it leaves out a third of the pictures, with and without
 * restarts.
 */
export const listens = ({ audio, viewer }) => audio && viewer !== "firefox";

export function readOptions(args) {
  const string = { type: "string" };
  const boolean = { type: "boolean" };
  const { values } = parseArgs({
    args,
    options: {
      viewer: string, broadcaster: string, mode: string, restart: string, mime: string, restarts: string, seconds: string, joins: string,
      out: string, audio: boolean, "video-only": boolean, "no-screencast": boolean, busy: boolean, "report-only": boolean,
    },
  });
  const restarts = positive(values.restarts ?? 30);
  return {
    viewers: among(values.viewer, "chromium", "firefox"),
    broadcaster: among(values.broadcaster ?? "chromium", "chromium", "firefox")[0],
    modes: among(values.mode, "mse", "glue"),
    restart: among(values.restart ?? "handover", "handover", "keyframe") && values.restart,
    mimeType: values.mime,
    audio: !values["video-only"],
    seconds: values.seconds ? positive(values.seconds) : (restarts * INTERVAL * LATER) / 1000,
    joins: Number(values.joins ?? 0),
    screencast: !values["no-screencast"],
    out: values.out ?? "bench-results",
    busy: Boolean(values.busy),
    reportOnly: Boolean(values["report-only"]),
  };
}

function positive(text) {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`${text} is no number above 0.\n\n${USAGE}`);
  return number;
}

/** All of them, or the one that is named. */
function among(name, ...all) {
  if (name === undefined) return all;
  if (!all.includes(name)) throw new Error(`${name} is none of ${all.join(", ")}.\n\n${USAGE}`);
  return [name];
}
