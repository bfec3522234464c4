// The elements, used as their types say, and what these refuse.

import { BlobcastPlayer, BlobcastRecorder } from "blobcast/element";
import type { Listeners, RecordingEventMap, Viewing, ViewingEventMap } from "blobcast";

const player: BlobcastPlayer = document.createElement("blobcast-player");
const recorder: BlobcastRecorder = document.createElement("blobcast-recorder");
document.body.append(player, recorder);

player.addEventListener("error", ({ detail }) => console.error(detail.message, detail.code?.toFixed()));
player.addEventListener("muted", ({ detail }) => console.log(detail === undefined));
player.addEventListener("click", ({ clientX }) => console.log(clientX.toFixed()));
recorder.addEventListener("congestion", ({ detail }) => console.log(detail.videoBitsPerSecond?.toFixed()), { once: true });
recorder.addEventListener("something else", (event: Event) => console.log(event));
const onStats = ({ detail }: ViewingEventMap["stats"]) => console.log(detail.latency?.toFixed());
player.addEventListener("stats", onStats);
player.removeEventListener("stats", onStats);

/** Takes whatever says the events of a recording: a handle or an element. */
export function follow(target: Listeners<RecordingEventMap>): void {
  target.addEventListener("state", ({ detail }) => console.log(detail.state));
}
follow(recorder);

export async function watch(): Promise<Viewing | null> {
  Object.assign(player, { src: "wss://relay.example/lobby", token: async () => "abc" });
  await player.play();
  player.muted = !player.muted;
  return player.viewing;
}

// @ts-expect-error: no such detail
player.addEventListener("state", ({ detail }) => console.log(detail.status));
// @ts-expect-error: for reading only
player.state = "live";
// @ts-expect-error: neither a camera nor a screen
recorder.source = "window";
