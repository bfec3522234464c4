// <blobcast-player> and <blobcast-recorder>. Without a browser, as in server-side rendering, there is nothing to define.

import { BlobcastPlayer } from "./element/player.js";
import { BlobcastRecorder } from "./element/recorder.js";

const elements = { "blobcast-player": BlobcastPlayer, "blobcast-recorder": BlobcastRecorder };

for (const [name, element] of Object.entries(elements)) {
  if (globalThis.customElements && !customElements.get(name)) customElements.define(name, element);
}

export { BlobcastPlayer, BlobcastRecorder };
