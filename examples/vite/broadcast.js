import { startRecording } from "blobcast";
import { lobby, say } from "./lobby.js";

const words = {
  waiting: "The camera gives no picture yet.",
  live: "You are live.",
  reconnecting: "The connection is lost. It comes back by itself.",
  ended: "Your broadcast has ended.",
  stopped: "Your camera is off.",
};

const video = document.querySelector("video");
const button = document.querySelector("button");
let recording = null;

button.addEventListener("click", async () => {
  button.disabled = true;
  if (recording) await stop();
  else await start();
  button.disabled = false;
});

async function start() {
  say("Connecting…");
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 }, audio: true });
    recording = await startRecording(video.srcObject, lobby);
  } catch (error) {
    await stop();
    return say(error.message);
  }
  recording.addEventListener("state", ({ detail }) => show(detail.state));
  recording.addEventListener("error", ({ detail }) => say(detail.message));
  button.textContent = "Stop broadcasting";
  show(recording.state);
}

function show(state) {
  say(words[state]);
  if (state === "ended") stop(); // another broadcaster took over, or the camera was unplugged
}

/** The tracks are the page's own: the camera goes off when they are stopped. */
async function stop() {
  await recording?.stop();
  recording = null;
  video.srcObject?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
  button.textContent = "Start broadcasting";
}
