// The page that watches: a video, and the package's `startViewing`.

import { startViewing } from "blobcast";
import { keepControls } from "./controls.js";
import { listenToKeys } from "./keys.js";
import { keepModes } from "./modes.js";
import { at, say, tell } from "./page.js";
import { keepTimeline } from "./timeline.js";
import { watchFigures } from "./watch-figures.js";
import { HAS_PICTURE, viewerHints, viewerNotes, viewerWords, whyNoBroadcast } from "./words.js";

const video = at("video");
const query = new URLSearchParams(location.search);
const name = query.get("name");

const modes = keepModes(query, change);
const timeline = keepTimeline(name, (error) => complain(error, false));
const figures = watchFigures();
listenToKeys(keepControls(at("player"), video), timeline);

let viewing = null;
/** One change waits for the one before. */
let changing = Promise.resolve();

function change(mode) {
  changing = changing.then(() => watch(mode));
}

/** Watches in a mode from now on: the same broadcast at the same place, as loud as it was. */
async function watch(mode) {
  const place = viewing && timeline.place();
  const before = viewing;
  viewing = null;
  if (before) holdPicture();
  await before?.stop();
  tell(at("problem"), "");
  at("again").hidden = true;
  show(before ? "live" : "connecting");
  try {
    follow(await startViewing(video, { url: location.origin, name, mode, ...place }));
  } catch (error) {
    complain(error, true);
  }
}

function follow(next) {
  viewing = next;
  const hear = (type, act) => next.addEventListener(type, ({ detail }) => next === viewing && act(detail));
  hear("state", () => show(next.state));
  hear("error", (error) => complain(error, next.state === "ended"));
  hear("muted", showMuted);
  hear("stats", (stats) => {
    figures.show(stats, HAS_PICTURE.includes(next.state));
    modes.show(stats.mode);
  });
  if (next.stats().muted) showMuted();
  show(next.state);
  timeline.follow(next);
}

/** The last picture stands in until there is another one. (In mode glue a second video lies over this one.) */
function holdPicture() {
  const shown = [...video.parentNode.querySelectorAll("video")].findLast(({ readyState }) => readyState >= video.HAVE_CURRENT_DATA);
  if (!shown) return;
  const canvas = Object.assign(document.createElement("canvas"), { width: shown.videoWidth, height: shown.videoHeight });
  canvas.getContext("2d").drawImage(shown, 0, 0);
  video.poster = canvas.toDataURL("image/jpeg", 0.8);
}

function show(state) {
  at("state").dataset.state = state;
  say(at("state"), viewerWords[state]);
  const [title, hint] = viewerHints[state] ?? ["", ""];
  say(at("title"), title);
  say(at("hint"), hint);
  at("nothing").hidden = HAS_PICTURE.includes(state);
  at("controls").inert = !HAS_PICTURE.includes(state);
  tell(at("note"), viewerNotes[state]);
  document.title = `${state === "live" ? "● " : ""}${name} · blobcast`;
}

const showMuted = () => (at("unmute").hidden = false);

/** Says what went wrong. `over`: nothing goes on before the person does something. */
function complain(error, over) {
  const waitsForClick = error.name === "NotAllowedError" && !over;
  tell(at("problem"), waitsForClick ? "The browser waits for you: press play." : (modes.why(error) ?? whyNoBroadcast(error)));
  at("again").hidden = !over || error.name === "TypeError"; // which comes again
  if (over) show("stopped");
}

video.addEventListener("playing", () => {
  tell(at("problem"), "");
  video.removeAttribute("poster");
});
at("unmute").addEventListener("click", () => {
  video.muted = false;
  video.play();
  at("play").focus(); // this button goes
});
video.addEventListener("volumechange", () => (at("unmute").hidden ||= !video.muted));

if (name) {
  at("name").textContent = name;
  change(modes.chosen());
} else {
  location.replace("./"); // which lists what there is to watch
}
