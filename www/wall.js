// One broadcast in nine players on one page, three by each mode: to compare them. Where nobody broadcasts, it offers its test picture.

import { startRecording, startViewing } from "blobcast";
import { behind } from "./figures.js";
import { randomName } from "./names.js";
import { at, say, tell } from "./page.js";
import { testPicture } from "./test-picture.js";
import { HAS_PICTURE, viewerWords, whyNoBroadcast } from "./words.js";

const IN_A_ROW = 3;

const query = new URLSearchParams(location.search);
const name = query.get("name") || randomName();
const relay = { url: location.origin, name };

const viewings = new Set();
/** What this page broadcasts, and the stream of it. */
let recording = null;
let stream = null;

async function fill(row) {
  const { mode } = row.dataset;
  const tiles = Array.from({ length: IN_A_ROW }, (_, i) => addTile(row, `Player ${i + 1} by ${mode}`));
  try {
    await Promise.all(tiles.map((tile) => play(tile, mode)));
  } catch (error) {
    for (const tile of tiles) tile.remove();
    refuse(row, error);
    showAll();
  }
}

function addTile(row, label) {
  const tile = at("tile").content.firstElementChild.cloneNode(true);
  tile.querySelector("video").ariaLabel = label;
  row.append(tile);
  return tile;
}

async function play(tile, mode) {
  const viewing = await startViewing(tile.querySelector("video"), { ...relay, mode });
  viewings.add(viewing);
  const show = () => {
    const stats = HAS_PICTURE.includes(viewing.state) ? viewing.stats() : null;
    write(tile, "latency", stats ? behind(stats, milliseconds) : "–");
    write(tile, "buffered", stats ? `${milliseconds(stats.buffered)} buffered · ` : "");
    write(tile, "state", viewerWords[viewing.state]);
    tile.querySelector("figcaption").dataset.state = viewing.state;
  };
  viewing.addEventListener("stats", show);
  viewing.addEventListener("state", () => (show(), showAll()));
  viewing.addEventListener("error", ({ detail }) => viewing.state === "ended" && refuse(tile.parentElement, detail));
  show();
  showAll();
}

const milliseconds = (ms) => `${Math.round(ms)} ms`;
const write = (tile, what, words) => say(tile.querySelector(`.${what}`), words);

/** Says once in a row why it has no picture. */
function refuse(row, error) {
  const before = row.querySelector(".problem");
  const place = before ?? at("refusal").content.firstElementChild.cloneNode(true);
  if (!before) row.append(place);
  place.textContent = whyNoBroadcast(error);
}

/** What the players have in common: how many are live, and whether anybody broadcasts. */
function showAll() {
  const live = [...viewings].filter(({ state }) => state === "live").length;
  const none = viewings.size ? "Nobody broadcasts this at the moment." : "No player is connected.";
  const words = live ? `${live} of ${viewings.size} players are live.` : none;
  say(at("summary"), words);
  at("offer").hidden = !viewings.size || (live > 0 && !stream);
}

async function broadcast() {
  setButton("Starting…", true);
  complain("");
  try {
    stream = await testPicture(false);
    recording = await startRecording(stream, relay);
  } catch (error) {
    complain(whyNoBroadcast(error));
    return letGo();
  }
  recording.addEventListener("error", ({ detail }) => complain(whyNoBroadcast(detail)));
  recording.addEventListener("state", ({ detail }) => ["ended", "stopped"].includes(detail.state) && letGo());
  at("preview").srcObject = stream;
  at("preview").play().catch(() => {}); // a preview that the browser holds back is no reason not to broadcast
  at("source").hidden = false;
  setButton("Stop broadcasting");
}

function letGo() {
  stream?.getTracks().forEach((track) => track.stop());
  at("preview").srcObject = stream = recording = null;
  at("source").hidden = true;
  setButton("Broadcast the test picture");
  showAll();
}

/** One button for both, so that the keyboard's focus stays where it is. */
function setButton(words, busy = false) {
  at("button").textContent = words;
  at("button").ariaDisabled = busy;
}

const complain = (words) => tell(at("problem"), words);

at("button").addEventListener("click", () => {
  if (at("button").ariaDisabled === "true") return;
  if (recording) recording.stop();
  else broadcast();
});

addEventListener("pagehide", () => {
  recording?.stop();
  for (const viewing of viewings) viewing.stop();
});
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

// wall.html?name=lobby&autostart
query.set("name", name);
history.replaceState(null, "", `?${query}`);
at("name").textContent = name;
await Promise.all([...document.querySelectorAll(".players")].map(fill));
if (query.has("autostart") && !at("offer").hidden) await broadcast();
