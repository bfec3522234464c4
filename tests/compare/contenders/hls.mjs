import { setTimeout as wait } from "node:timers/promises";
import { programs } from "../../../scripts/tools.mjs";
import { folderFor } from "../../e2e/harness/folder.mjs";
import { startServer } from "./sockets.mjs";

export const hls = {
  title: "HLS by ffmpeg, hls.js",
  script: "hls",
  async serve(t) {
    return startServer(t, "hls.mjs", programs.ffmpeg(), await folderFor(t));
  },
  /** Until there is something to play. */
  async warmUp({ url }) {
    while (!(await fetch(`${url}live.m3u8`)).ok) await wait(100);
  },
};
