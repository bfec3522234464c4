import { startRecording, startViewing } from "blobcast";

// The relay serves this page, so it is where the page comes from.
const lobby = { url: location.origin, name: "lobby" };
const output = document.querySelector("output");

document.querySelector("#broadcast").addEventListener("click", async () => {
  const camera = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360 }, audio: true });
  const recording = await startRecording(camera, lobby);
  output.value = recording.state;
});

document.querySelector("#watch").addEventListener("click", async () => {
  const viewing = await startViewing(document.querySelector("video"), { ...lobby, debug: true });
  output.value = viewing.state;
});
