// The page that broadcasts: a form, a preview, and the package's `startRecording`.

import { startRecording } from "blobcast";
import { randomName } from "./names.js";
import { openSource } from "./sources.js";
import { bitrate, broadcasterWords, time, whyNoBroadcast } from "./words.js";

const at = (id) => document.getElementById(id);
const form = at("form");
const { source, sound, name } = form.elements;

/** The recording that is on air, and the stream that it records. */
let recording = null;
let stream = null;

async function start() {
  problem("");
  show("connecting");
  try {
    stream = await openSource(source.value, sound.checked);
  } catch (error) {
    problem(error.message);
    return show("stopped");
  }
  at("preview").srcObject = stream;
  at("preview").play().catch(() => {}); // a preview that the browser holds back is no reason not to broadcast
  try {
    recording = await startRecording(stream, { url: location.origin, name: name.value });
  } catch (error) {
    problem(whyNoBroadcast(error));
    letGo();
    return show("stopped");
  }
  recording.addEventListener("state", () => recording && show(recording.state));
  recording.addEventListener("error", ({ detail }) => problem(whyNoBroadcast(detail)));
  recording.addEventListener("stats", ({ detail }) => showNumbers(detail));
  share();
  show(recording.state);
}

async function stop() {
  setButton("Stopping…", { busy: true });
  await recording.stop();
}

/** The tracks are the page's own: stopping the recording leaves the camera on. */
function letGo() {
  stream?.getTracks().forEach((track) => track.stop());
  at("preview").srcObject = null;
  recording = stream = null;
}

/** Brings the whole page to a state. */
function show(state) {
  if (state === "ended" || state === "stopped") letGo();
  const idle = stream === null && state !== "connecting";
  at("state").dataset.state = state;
  at("state").textContent = broadcasterWords[state];
  at("choices").disabled = !idle;
  if (state === "connecting") setButton("Starting…", { busy: true });
  else if (idle) setButton("Start broadcasting");
  else setButton("Stop", { stops: true });
  at("nothing").hidden = !idle;
  at("share").hidden = recording === null;
  document.title = `${state === "live" ? "● " : ""}${name.value} · blobcast`;
}

/** One button for all, so that the keyboard's focus stays where it is. */
function setButton(words, { stops = false, busy = false } = {}) {
  at("button").textContent = words;
  at("button").classList.toggle("stop", stops);
  at("button").ariaDisabled = busy;
}

function share() {
  const query = new URLSearchParams({ name: name.value });
  const link = new URL(`watch.html?${query}`, location).href;
  at("link").value = at("open").href = link;
  at("local").hidden = !/^(localhost|127\.|\[::1\])/.test(location.hostname);
  // A reload offers the same broadcast again.
  query.set("source", source.value);
  if (!sound.checked) query.set("sound", "off");
  history.replaceState(null, "", `?${query}`);
}

async function copy() {
  at("link").select();
  // Browsers give the clipboard only to secure pages.
  const copied = await navigator.clipboard?.writeText(at("link").value).then(() => true, () => false);
  at("copy").textContent = copied ? "Copied" : "Press Ctrl+C";
  setTimeout(() => (at("copy").textContent = "Copy"), 2000);
}

function showNumbers(stats) {
  at("viewers").textContent = stats.viewers;
  at("bitrate").textContent = bitrate(stats.bitrate);
  at("segments").textContent = stats.restarts + 1;
  at("round-trip").textContent = time(stats.roundTrip);
}

function problem(words) {
  at("problem").textContent = words;
  at("problem").hidden = !words;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (at("button").ariaDisabled === "true") return;
  if (recording) stop();
  else start();
});
at("copy").addEventListener("click", copy);

// broadcast.html?source=test&name=lobby&sound=off&autostart
const query = new URLSearchParams(location.search);
name.value = query.get("name") ?? randomName();
source.value = query.get("source") ?? "camera";
sound.checked = query.get("sound") !== "off";
if (query.has("autostart")) form.requestSubmit();
