// What is recorded goes to ffmpeg (servers/hls.mjs).

import * as mse from "./mse.js";

export const publish = (stream, { publishUrl }) => mse.publish(stream, { url: publishUrl });
