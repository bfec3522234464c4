// What is worth saying on the console. The words are in console.js, which only a page loads that has something to say.

const OPTIONS =
  "url name token connectTimeout signal debug restartInterval restart latency timeslice mimeType wakeLock videoBitsPerSecond audioBitsPerSecond mode targetLatency from";

/** A clock that is not to be trusted for so many statistics in a row, a second each, stays so. */
const DOUBTS = 10;

/** Where the words do not load, it goes on without. */
const say = (what, ...details) =>
  import("./console.js")
    .then((words) => words[what](...details))
    .catch(() => {});

/** Warns of what a page may not notice, until `over` is aborted; with the option `debug` the whole story is told. */
export async function watch(handle, options, video, over) {
  const on = (type, act) => handle.addEventListener(type, ({ detail }) => act(detail), { signal: over });
  const known = OPTIONS.split(" ");
  for (const option of Object.keys(options ?? {})) if (!known.includes(option)) say("unknown", option, known);
  on("error", ({ message }) => say("warn", message));
  on("warning", (what) => say("warn", what));
  on("muted", () => say("warn", "muted"));
  let doubts = 0;
  on("stats", ({ latency, clockTrusted }) => {
    doubts = latency == null || clockTrusted ? 0 : doubts + 1;
    if (doubts === DOUBTS) say("warn", "clock");
  });
  // A recording that has ended is over. A viewing still holds the last picture, and may go on.
  if (!video) on("state", ({ state }) => state === "ended" && handle.stop());
  if (options?.debug) await say("tell", handle, options, video, over);
}
