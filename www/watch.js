// The page that watches: a video, and the package's `startViewing`.

import { startViewing } from "blobcast";
import { showTimeline } from "./timeline.js";
import { bitrate, time, viewerHints, viewerWords, whyNoBroadcast } from "./words.js";

const at = (id) => document.getElementById(id);
const video = at("video");
const query = new URLSearchParams(location.search);
const name = query.get("name");

async function start() {
  let viewing;
  try {
    viewing = await startViewing(video, { url: location.origin, name, mode: query.get("mode") ?? "auto" });
  } catch (error) {
    return complain(error, true);
  }
  viewing.addEventListener("state", () => show(viewing.state));
  viewing.addEventListener("error", ({ detail }) => complain(detail, viewing.state === "ended"));
  viewing.addEventListener("muted", () => (at("unmute").hidden = false));
  viewing.addEventListener("stats", ({ detail }) => showNumbers(detail));
  show(viewing.state);
  await showTimeline(viewing, name, (error) => complain(error, false));
}

function show(state) {
  at("state").dataset.state = state;
  at("state").textContent = viewerWords[state];
  const hasPicture = ["live", "reconnecting", "replaying"].includes(state);
  at("hint").textContent = viewerHints[state] ?? "";
  at("hint").hidden = hasPicture;
  video.controls = hasPicture;
  document.title = `${state === "live" ? "● " : ""}${name} · blobcast`;
}

/** Says what went wrong. `over`: nothing goes on before a reload. */
function complain(error, over) {
  const waitsForClick = error.name === "NotAllowedError" && !over;
  at("problem").textContent = waitsForClick ? "Press play to watch." : whyNoBroadcast(error);
  at("problem").hidden = false;
  at("again").hidden = !over;
  if (over) show("stopped");
}

video.addEventListener("playing", () => (at("problem").hidden = true));

at("unmute").addEventListener("click", () => {
  video.muted = false;
  video.play();
});
video.addEventListener("volumechange", () => (at("unmute").hidden ||= !video.muted));

function showNumbers(stats) {
  at("viewers").textContent = stats.viewers ? `${stats.viewers} watching` : "";
  at("latency").textContent = time(stats.latency);
  at("buffered").textContent = time(stats.buffered);
  at("bitrate").textContent = bitrate(stats.bitrate);
  at("codecs").textContent = stats.mimeType?.split("codecs=")[1]?.replace(",", ", ") ?? "–";
  at("round-trip").textContent = time(stats.roundTrip);
  at("restarts").textContent = stats.restarts;
  at("skips").textContent = stats.skips;
  at("playing").textContent = stats.mode ?? "–";
}

at("mode").value = query.get("mode") ?? "auto";
at("mode").addEventListener("change", () => {
  query.set("mode", at("mode").value);
  location.search = query;
});

if (name) {
  at("name").textContent = name;
  await start();
} else {
  location.replace("./"); // which lists what there is to watch
}
