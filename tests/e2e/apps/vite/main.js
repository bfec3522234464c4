import { startRecording, startViewing } from "blobcast";

// Where the relay serves this page, it is where the page comes from; Vite's own server is told in the environment.
const lobby = { url: import.meta.env.VITE_RELAY ?? location.origin, name: "lobby" };
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
