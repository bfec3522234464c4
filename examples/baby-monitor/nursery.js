// The page in the nursery: broadcasts the microphone, and a picture by choice.

import { startRecording } from "blobcast";

/** Browsers are made for talk: they lift what is low and take a steady cry for noise. The parent is to hear how loud it is. */
const SOUND = { autoGainControl: false, noiseSuppression: false, echoCancellation: false };
const PICTURE = { width: 640, height: 360, frameRate: 10 };
const nursery = { url: location.origin, name: "nursery", audioBitsPerSecond: 64_000, videoBitsPerSecond: 200_000 };

const words = {
  connecting: ["Connecting…", ""],
  waiting: ["Waiting", "The microphone gives no sound yet."],
  live: ["Listening", "Leave this page in front. It keeps the screen on, and dark."],
  reconnecting: ["Connection lost", "It comes back by itself. Meanwhile the parent's page alarms."],
  ended: ["Ended", "The parent's page alarms until you start again."],
  stopped: ["The microphone is off", "Put this device near the bed, plugged in, and start."],
};

const at = (id) => document.getElementById(id);
let stream = null;
let recording = null;

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (recording) recording.stop();
  else start();
});

async function start() {
  show("connecting");
  try {
    await openMicrophone();
    recording = await startRecording(stream, nursery);
  } catch (error) {
    show("stopped");
    return say("It did not start", error.message);
  }
  recording.addEventListener("state", ({ detail }) => show(detail.state));
  recording.addEventListener("error", ({ detail }) => say("Something went wrong", detail.message));
  show(recording.state);
}

async function openMicrophone() {
  if (!navigator.mediaDevices) throw new Error("Browsers give the microphone only to pages opened by https or at localhost.");
  const video = at("picture").checked && PICTURE;
  stream = await navigator.mediaDevices.getUserMedia({ audio: SOUND, video });
  stream.getAudioTracks()[0].addEventListener("mute", onMute);
  at("preview").srcObject = stream;
  at("preview").hidden = !video;
}

/** The system has muted the microphone, and silence would come of it, which looks like sleep. An end alarms. */
async function onMute() {
  await recording?.stop();
  say("The microphone was muted", "Unmute it in the system's settings and start again.");
}

function show(state) {
  document.body.dataset.state = state;
  say(...words[state]);
  const isOff = state === "stopped" || state === "ended";
  if (isOff) letGo();
  at("picture").disabled = !isOff;
  at("button").disabled = state === "connecting";
  at("button").textContent = isOff ? "Start" : "Stop";
}

/** The tracks are the page's own: the microphone goes off when they are stopped. */
function letGo() {
  stream?.getTracks().forEach((track) => track.stop());
  at("preview").srcObject = null;
  at("preview").hidden = true;
  stream = recording = null;
}

function say(title, more) {
  at("title").textContent = title;
  at("more").textContent = more;
}
