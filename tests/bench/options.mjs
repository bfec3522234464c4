// What the benchmark takes on the command line.

import { parseArgs } from "node:util";

export const USAGE = `npm run bench:continuity -- [options]
  --viewer chromium|firefox       default: one after the other
  --broadcaster chromium|firefox  default: chromium
  --mode mse|glue|realtime        default: one after the other
  --restart handover|keyframe     how segments are made; default: the package's
  --mime TYPE                     what to record; default: the package's
  --audio, --video-only           with sound or without; default: with; in mode realtime one after the other
  --size WIDTHxHEIGHT             of the picture; default: 640x360
  --restarts N                    how many restarts, one every 2 s; default: 30
  --seconds N                     the same as a time, which goes before
  --joins N                       measures N joins instead
  --no-screencast                 leaves out the look at the composited page
  --out FOLDER                    where pictures and raw data go; default: bench-results
  --busy                          measures on a busy machine, too: for a look, not for a verdict
  --report-only                   exits with 0 whatever the figures are`;

/** The time between restarts, in ms. They come with the next chunk, so a little later. */
export const INTERVAL = 2000;
/** The picture's width and height, for which there are goals. */
export const SIZE = [640, 360];
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
      size: string, out: string, audio: boolean, "video-only": boolean, "no-screencast": boolean, busy: boolean, "report-only": boolean,
    },
  });
  const restarts = positive(values.restarts ?? 30);
  return {
    viewers: among(values.viewer, "chromium", "firefox"),
    broadcaster: among(values.broadcaster ?? "chromium", "chromium", "firefox")[0],
    modes: among(values.mode, "mse", "glue", "realtime"),
    restart: among(values.restart ?? "handover", "handover", "keyframe") && values.restart,
    mimeType: values.mime,
    sounds: values["video-only"] ? [false] : values.audio ? [true] : null,
    size: sizeIn(values.size ?? SIZE.join("x")),
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

/** Bar codes have sixteen cells in a row, which begin at whole pixels. */
function sizeIn(text) {
  const [, width, height] = text.match(/^(\d+)x(\d+)$/) ?? [];
  if (!(width % 32 === 0 && height % 2 === 0)) throw new Error(`${text} is no WIDTHxHEIGHT whose width is a multiple of 32 and whose height is even.\n\n${USAGE}`);
  return [Number(width), Number(height)];
}

/** With sound; in mode `realtime`, which has goals for both, without it too. */
export const soundsFor = ({ sounds }, mode) => sounds ?? (mode === "realtime" ? [false, true] : [true]);

/** All of them, or the one that is named. */
function among(name, ...all) {
  if (name === undefined) return all;
  if (!all.includes(name)) throw new Error(`${name} is none of ${all.join(", ")}.\n\n${USAGE}`);
  return [name];
}
