// The page that broadcasts: what was chosen is opened, looked at, and put on air by the package's `startRecording`.

import { startRecording } from "blobcast";
import { broadcastFigures } from "./broadcast-figures.js";
import { clock } from "./figures.js";
import { levelMeter } from "./level.js";
import { randomName } from "./names.js";
import { at, say, tell } from "./page.js";
import { linkTo, showLink } from "./share.js";
import { chooseSource } from "./source-choice.js";
import { CANNOT_RECORD, whatEnded } from "./source-words.js";
import { closeSource, openSource } from "./sources.js";
import { stopwatch } from "./stopwatch.js";
import { broadcasterNotes, broadcasterWords, whyNoBroadcast } from "./words.js";

const form = at("form");
const { name } = form.elements;
const [level, watch, figures] = [levelMeter(at("level"), at("heard")), stopwatch(at("clock")), broadcastFigures()];

/** What is shown, and is on air while there is a recording. */
let source = null;
let recording = null;
/** The newest source while it opens. */
let opening = null;
/** What the button is busy with: going live, or stopping. */
let busy = "";

const choice = chooseSource({
  open,
  openUnasked: () => opening ?? open(),
  isOpen: (kind) => source?.kind === kind,
  isOnAir: () => recording !== null,
  close: () => recording || show(null),
});

/** Opens what is chosen. Who chooses again before it is there gets that instead. */
function open() {
  problem("");
  const mine = openSource(choice.wanted())
    .then((next) => (mine === opening ? take(next) : closeSource(next)))
    .catch((error) => mine === opening && problem(whyNoBroadcast(error)))
    .finally(() => {
      if (mine === opening) opening = null;
      showState();
    });
  opening = mine;
  showState();
  return mine;
}

/** Until nothing is being opened any more. */
async function opened() {
  while (opening) await opening;
}

/** Shows a source. On air, it is broadcast from then on instead of what was. */
async function take(next) {
  try {
    await recording?.replaceStream(next.stream);
  } catch (error) {
    closeSource(next);
    throw error;
  }
  show(next);
}

function show(next) {
  const before = source;
  source = next;
  closeSource(before);
  const preview = at("preview");
  preview.srcObject = next?.stream ?? null;
  preview.play().catch(() => {}); // a preview that the browser holds back is no reason not to broadcast
  level.show(next?.stream ?? null);
  for (const track of next?.stream.getTracks() ?? []) track.addEventListener("ended", () => source === next && onEnded(next));
  choice.opened(next);
  showState();
}

/** A track of what is shown has ended by itself. */
function onEnded({ kind, stream }) {
  problem(whatEnded[kind]);
  if (!recording && !stream.active) show(null);
}

async function start() {
  await opened();
  if (!choice.isShown(source?.kind)) open();
  await opened();
  if (!source) return; // it has been said why
  recording = await startRecording(source.stream, { url: location.origin, name: name.value });
  recording.addEventListener("state", showState);
  recording.addEventListener("error", ({ detail }) => problem(whyNoBroadcast(detail)));
  recording.addEventListener("stats", ({ detail }) => figures.show(detail));
  figures.show(recording.stats());
  showLink(linkTo(name.value));
  choice.remember(name.value);
}

/** The button does one thing at a time, and says what goes wrong. */
async function once(words, act) {
  if (busy) return;
  busy = words;
  problem("");
  showState();
  await act().catch((error) => problem(whyNoBroadcast(error)));
  busy = "";
  showState();
}

/** Brings the whole page to what is the case. */
function showState() {
  if (recording && ["ended", "stopped"].includes(recording.state)) return end();
  const state = recording?.state ?? (busy === "Starting…" ? "connecting" : source ? "preview" : "stopped");
  at("state").dataset.state = state;
  say(at("state"), broadcasterWords[state]);
  tell(at("note"), (recording && broadcasterNotes[state]) || source?.note);
  if (state === "live") watch.start();
  at("clock").hidden = at("viewers").hidden = at("share").hidden = !recording;
  at("naming").hidden = recording !== null;
  at("nothing").hidden = source?.stream.getVideoTracks().length > 0;
  at("button").textContent = busy || (recording ? "Stop" : "Go live");
  at("button").classList.toggle("stop", recording !== null);
  at("button").ariaDisabled = busy !== "";
  choice.show(opening !== null || busy !== "");
  document.title = `${state === "live" ? "● " : ""}${name.value} · blobcast`;
}

/** Off air: the camera is turned off too. */
function end() {
  const seconds = watch.stop();
  recording = null;
  show(null);
  if (seconds !== null) choice.invite(`That was ${clock(seconds)} on air.`);
}

const problem = (words) => tell(at("problem"), words);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (recording) once("Stopping…", () => recording.stop());
  else once("Starting…", start);
});

// broadcast.html?source=test&name=lobby&sound=off&autostart
const query = new URLSearchParams(location.search);
name.value = query.get("name") ?? randomName();
await choice.begin(query);
if (!globalThis.MediaRecorder?.isTypeSupported("video/webm")) problem(CANNOT_RECORD);
showState();
if (query.has("autostart")) form.requestSubmit();
