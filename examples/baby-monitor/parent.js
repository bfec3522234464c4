// The parent's page: plays the nursery, shows how loud it is there, and alarms when it is loud or cannot be heard.

import { startViewing } from "blobcast";
import { hear, QUIET, reasonFor } from "./alarm.js";
import { Bell, notify } from "./bell.js";
import { meter } from "./loudness.js";

const nursery = { url: location.origin, name: "nursery" };

/** Why it alarms, see `reasonFor`. */
const alarms = {
  loud: ["It is loud", "The sound is above the mark."],
  deaf: ["No sound comes", "One of the two devices gives none. Look at the nursery's, then start again here."],
  reconnecting: ["Connection lost", "This device does not reach the relay. It tries again by itself."],
  waiting: ["The nursery is gone", "Its device has lost the connection, or its page was closed."],
  ended: ["The nursery has ended", "It was stopped there, or its microphone is gone."],
};

/** How it is otherwise: the viewing's state, or that no sound has come yet. */
const moods = {
  live: ["All quiet", "The nursery is heard."],
  unheard: ["Waiting for sound…", "If that takes long, there is an alarm."],
  waiting: ["The nursery is not there yet", "Start it there. It is heard here by itself."],
  ended: ["The nursery has ended", "Start it there. It is heard here by itself."],
  reconnecting: ["Reconnecting…", "If that takes long, there is an alarm."],
};

const at = (id) => document.getElementById(id);
const video = at("video");
const threshold = at("threshold");

at("start").addEventListener("click", async () => {
  at("start").disabled = true;
  say("Connecting…", "");
  const context = new AudioContext(); // made by a click, so it may be heard
  globalThis.Notification?.requestPermission();
  try {
    const viewing = await startViewing(video, nursery);
    at("start").hidden = true;
    at("running").hidden = false;
    watchOver(viewing, context);
  } catch (error) {
    context.close();
    at("start").disabled = false;
    say("It did not start", error.message);
  }
});

function watchOver(viewing, context) {
  const { level, volume } = meter(video, context);
  const bell = new Bell(context);
  let noise = QUIET;
  let wasLive = false;
  let playhead = 0;
  let heardAt = performance.now();
  let reason = null;
  let silenced = null;

  new Worker("ticks.js").addEventListener("message", () => {
    const now = performance.now();
    const { state } = viewing;
    wasLive ||= state === "live";
    const isHeard = video.currentTime !== playhead && context.state === "running" && !video.muted;
    playhead = video.currentTime;
    if (isHeard || state === "waiting" || state === "ended") heardAt = now; // where nobody is, nobody is missed
    const deafFor = now - heardAt;
    const loudness = level();
    noise = hear(noise, loudness, threshold.valueAsNumber, now);
    reason = reasonFor({ state, wasLive, isLoud: noise.isLoud, deafFor });
    if (reason !== silenced) silenced = null;
    if (reason && !silenced) bell.ring(now);
    at("silence").hidden = !reason || silenced !== null;
    showLevel(loudness);
    show(reason, state === "live" && deafFor > 1000 ? "unheard" : state);
  });
  at("silence").addEventListener("click", () => (silenced = reason));
  at("try").addEventListener("click", () => bell.ring(performance.now()));
  at("aloud").addEventListener("change", () => (volume.value = Number(at("aloud").checked)));
  viewing.addEventListener("error", ({ detail }) => (at("problem").textContent = detail.message));
  stayAwake();
  document.addEventListener("visibilitychange", stayAwake);
}

let shown;

/** Ten times a second: nothing happens unless there is news. */
function show(reason, mood) {
  const words = reason ? alarms[reason] : moods[mood];
  if (words === shown) return;
  shown = words;
  say(...words);
  if (mood === "live") at("problem").textContent = "";
  document.body.dataset.mood = reason ? "alarm" : mood === "live" ? "quiet" : "pending";
  document.body.dataset.alarm = reason ?? "";
  document.title = `${reason ? "🔔 " : ""}${words[0]} · baby monitor`;
  if (reason) notify(words[0]);
}

function say(title, more) {
  at("title").textContent = title;
  at("more").textContent = more;
}

function showLevel(loudness) {
  const { min, max } = threshold;
  const share = (Math.max(loudness, min) - min) / (max - min);
  at("level").style.setProperty("--level", share);
  at("level").ariaValueNow = Math.round(Math.max(loudness, min));
}

/** A phone whose screen goes dark may stop the page. A browser gives this up whenever the page is hidden. */
async function stayAwake() {
  if (!document.hidden) await navigator.wakeLock?.request("screen").catch(() => {});
}

threshold.value = localStorage.threshold ?? threshold.value;
threshold.addEventListener("change", () => (localStorage.threshold = threshold.value));
video.addEventListener("resize", () => (video.hidden = video.videoWidth === 0));
