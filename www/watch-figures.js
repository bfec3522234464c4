// How a viewing is doing: its graphs and figures.

import { behind, bitrate, codecs, time } from "./figures.js";
import { at, say } from "./page.js";
import { statistics } from "./statistics.js";

export function watchFigures() {
  let restarts = null;
  let since = 0;
  const add = statistics(at("statistics"), [
    { label: "Latency", of: ({ latency, clockTrusted }) => (clockTrusted ? latency : null), text: time, now: (stats) => behind(stats), atLeast: 500 },
    { label: "Bitrate", of: (stats) => stats.bitrate, text: bitrate, atLeast: 100_000 },
    { label: "Buffer", of: ({ buffered }) => buffered, text: time, atLeast: 500 },
    { label: "Restarts", of: () => since, text: String, now: (stats) => String(stats.restarts), atLeast: 2, bars: true },
  ]);
  return {
    /** Without a picture there is nothing for the graphs. */
    show(stats, hasPicture) {
      since = Math.max(0, stats.restarts - (restarts ?? stats.restarts)); // fewer than before: another viewing
      restarts = stats.restarts;
      if (hasPicture) add(stats);
      at("viewers").hidden = !stats.viewers;
      say(at("count"), String(stats.viewers));
      say(at("playing"), stats.mode ?? "–");
      say(at("codecs"), codecs(stats.mimeType));
      say(at("round-trip"), time(stats.roundTrip));
      say(at("skips"), String(stats.skips));
    },
  };
}
