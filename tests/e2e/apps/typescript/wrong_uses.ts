// What the types refuse: each line below such a comment would be an error without it, and the comment is one where nothing is refused.

import { init, Recording, startRecording, startViewing, Viewing } from "blobcast";
// @ts-expect-error: this is not exported
import { Handle } from "blobcast";
// @ts-expect-error: what generated code is called is not for pages
import * as glue from "blobcast/pkg/blobcast.js";

declare const stream: MediaStream;
declare const video: HTMLVideoElement;
const lobby = { url: "wss://relay.example", name: "lobby" };

// @ts-expect-error: no options
startRecording(stream);
// @ts-expect-error: no name
startRecording(stream, { url: "wss://relay.example" });
// @ts-expect-error: no url
startViewing(video, { name: "lobby" });
// @ts-expect-error: a list of no texts
startViewing(video, { url: [new URL("wss://relay.example")], name: "lobby" });
// @ts-expect-error: a video, not a stream
startRecording(video, lobby);
// @ts-expect-error: may be null
startViewing(document.querySelector("video"), lobby);
// @ts-expect-error: another element
startViewing(document.createElement("audio"), lobby);
// @ts-expect-error: a misspelt option
startRecording(stream, { ...lobby, restartIntervall: 2000 });
// @ts-expect-error: a viewing's option
startRecording(stream, { ...lobby, mode: "mse" });
// @ts-expect-error: a signal, not what makes one
startViewing(video, { ...lobby, signal: new AbortController() });
// @ts-expect-error: a number of ms
startRecording(stream, { ...lobby, timeslice: "40" });
// @ts-expect-error: no such mode
startViewing(video, { ...lobby, mode: "fast" });
// @ts-expect-error: a function that returns no string
startViewing(video, { ...lobby, token: () => 7 });

// @ts-expect-error: neither of the sources
init(7);
// @ts-expect-error: a promise of one
init(fetch("/blobcast_bg.wasm"));

// @ts-expect-error: only startRecording makes one
new Recording();
// @ts-expect-error: only startViewing makes one
new Viewing();

export async function afterwards(recording: Recording, viewing: Viewing): Promise<void> {
  // @ts-expect-error: for reading only
  recording.state = "live";
  // @ts-expect-error: a viewing has no stream of its own
  await viewing.replaceStream(stream);
  // @ts-expect-error: only a viewing knows its latency
  console.log(recording.stats().latency);
  // @ts-expect-error: may be null
  console.log(viewing.stats().latency.toFixed());
  // @ts-expect-error: no such state
  console.log(viewing.state === "playing");
  // @ts-expect-error: no such detail
  viewing.addEventListener("state", ({ detail }) => console.log(detail.status));
}

console.log(Handle, glue);
