// A page that does nothing by itself: the tests call `record` and `view`, and read what they have logged.

import * as blobcast from "blobcast";
import { hear } from "./hearing.js";
import { resize, resumeSound, sources } from "./sources.js";

const { startRecording, startViewing } = blobcast;
const video = document.querySelector("video");

/** The relay that serves this page, and a broadcast; a test's own options go over these. */
const here = (options) => ({ url: location.origin.replace(/^http/, "ws"), name: "lobby", ...options });

Object.assign(window, { blobcast, startRecording, startViewing, sources, resize, resumeSound, video, here, hear });

/** Broadcasts a source (with a new picture `every` so many ms, if it shows slides, or in a `size`, if it is timed); `window.recording` is what came of it. */
window.record = async (source, { every, size, ...options } = {}) => {
  window.source = await sources[source](every ?? size);
  follow("recording", await startRecording(window.source, here(options)));
};

/** Shows a broadcast; `window.viewing` is what came of it, with the time that it took to the first picture. */
window.view = async (options) => {
  const began = performance.now();
  video.requestVideoFrameCallback((now) => (window.firstPicture = { after: now - began, at: now }));
  follow("viewing", await startViewing(video, here(options)));
};

/** What a call was refused with, as plain data. */
window.refusal = (promise) =>
  promise.then(
    () => null,
    (error) => ({ isError: error instanceof Error, ...plain(error) }),
  );

function follow(kind, target) {
  const log = { states: [target.state], errors: [] };
  target.addEventListener("state", ({ detail }) => log.states.push(detail.state));
  target.addEventListener("error", ({ detail }) => log.errors.push(plain(detail)));
  window[kind] = target;
  window[`${kind}Log`] = log;
}

const plain = ({ name, message, code }) => ({ name, message, code });

// A page that starts by itself, as after a link was followed: nobody has touched it.
const link = new URLSearchParams(location.search).get("view");
if (link) await window.view(JSON.parse(link));
