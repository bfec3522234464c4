// The chunks of an interval are glued into one blob. When the video has played what it has, it gets the blob as it is by then, at the same
// time, or else the newest interval's from its beginning; meanwhile a canvas with the last picture lies over it.

import { MIME_TYPE } from "../media.js";

const type = { type: MIME_TYPE };

export function view(video, { url }) {
  const blobs = []; // one for each interval
  let playing = { index: -1, size: 0 };
  let isStanding = true;
  let isChanging = false;

  const socket = new WebSocket(`${url}view`);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => {
    if (data === "another") return blobs.push(new Blob([], type));
    blobs.push(new Blob([blobs.pop(), data], type));
    if (isStanding) change();
  };
  video.onended = () => {
    isStanding = true;
    change();
  };

  async function change() {
    const next = after(playing);
    if (isChanging || !next) return;
    isChanging = true;
    const time = next.index === playing.index ? video.currentTime : 0;
    const poster = posterOver(video);
    URL.revokeObjectURL(video.src);
    playing = next;
    if (await loads(video, blobs[next.index])) {
      video.currentTime = time;
      await event(video, "seeked");
      video.play().catch(() => {}); // the next blob may come first
      isStanding = false;
    }
    poster.remove();
    isChanging = false;
  }

  function after({ index, size }) {
    const next = blobs[index]?.size > size ? index : blobs.length - 1;
    const { size: now } = blobs[next] ?? { size: 0 };
    return now > (next === index ? size : 0) ? { index: next, size: now } : null;
  }
}

const event = (target, ...names) => new Promise((resolve) => names.forEach((name) => target.addEventListener(name, resolve, { once: true })));

/** Whether there is a picture: the first chunks may hold none. */
async function loads(video, blob) {
  video.src = URL.createObjectURL(blob);
  return (await event(video, "loadeddata", "error")).type === "loadeddata";
}

function posterOver(video) {
  const poster = document.createElement("canvas");
  Object.assign(poster, { width: video.videoWidth, height: video.videoHeight });
  if (video.videoWidth) poster.getContext("2d").drawImage(video, 0, 0);
  else poster.hidden = true;
  video.after(poster);
  return poster;
}
