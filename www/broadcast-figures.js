// How a broadcast is doing: its viewers, its graphs and its figures.

import { bitrate, bytes, codecs, count, time } from "./figures.js";
import { at, say } from "./page.js";
import { statistics } from "./statistics.js";

export function broadcastFigures() {
  let restarts = null;
  let since = 0;
  const add = statistics(at("statistics"), [
    { label: "Latency to the relay", of: ({ roundTrip, congestion }) => (roundTrip ?? 0) / 2 + congestion, text: time, atLeast: 100 },
    { label: "Bitrate", of: (stats) => stats.bitrate, text: bitrate, atLeast: 100_000 },
    { label: "Waiting to be sent", of: ({ bufferedAmount }) => bufferedAmount, text: bytes, atLeast: 100_000 },
    { label: "Restarts", of: () => since, text: String, now: (stats) => String(stats.restarts), atLeast: 2, bars: true },
  ]);
  return {
    show(stats) {
      since = Math.max(0, stats.restarts - (restarts ?? stats.restarts)); // fewer than before: another broadcast
      restarts = stats.restarts;
      add(stats);
      say(at("count"), String(stats.viewers));
      say(at("codecs"), codecs(stats.mimeType));
      say(at("asked"), stats.videoBitsPerSecond === null ? "no picture" : bitrate(stats.videoBitsPerSecond));
      say(at("sent"), bytes(stats.bytes));
      say(at("cut-short"), count(stats.cutShort, "segment"));
    },
  };
}
