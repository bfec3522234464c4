import { startRecording } from "blobcast";
import { BITS_PER_SECOND, INTERVAL } from "../media.js";

export const publish = (stream, { url, mode }) =>
  startRecording(stream, {
    url,
    name: "lobby",
    restartInterval: INTERVAL,
    videoBitsPerSecond: BITS_PER_SECOND,
    latency: mode === "realtime" ? "low" : undefined,
  });
