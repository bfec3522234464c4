// Who is compared. Each has a `title`; its `script` in pages/publisher and pages/viewer; and `serve(t)`, which starts its
// servers and resolves with `where` they are, for the pages, and the `pid` whose CPU time counts (with that of its children). Some have more: `warmUp(where)` waits until
// there is something to see, `introduce(publisher, viewer)` lets two pages talk, `missing()` says what is not installed, `weigh()` what a viewer's page loads, in bytes.

import { blobcast } from "./blobcast.mjs";
import { hls } from "./hls.mjs";
import { moq } from "./moq.mjs";
import { mse, naive } from "./sockets.mjs";
import { webrtc } from "./webrtc.mjs";

export const CONTENDERS = {
  "blobcast-mse": blobcast("mse"),
  "blobcast-glue": blobcast("glue"),
  "blobcast-realtime": blobcast("realtime"),
  webrtc,
  mse,
  naive,
  hls,
  moq,
};
