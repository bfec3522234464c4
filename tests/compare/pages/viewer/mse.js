// What comes over the socket is appended. Whoever has fallen behind by more than a second jumps near the end.

import { MIME_TYPE } from "../media.js";

const BEHIND = 1;
const NEAR = 0.2;

export async function view(video, { url }) {
  const source = new MediaSource();
  video.src = URL.createObjectURL(source);
  await new Promise((resolve) => (source.onsourceopen = resolve));
  const buffer = source.addSourceBuffer(MIME_TYPE);
  const chunks = [];
  const append = () => {
    if (chunks.length && !buffer.updating) buffer.appendBuffer(chunks.shift());
  };
  buffer.onupdateend = () => {
    const { length } = buffer.buffered;
    const end = length && buffer.buffered.end(length - 1);
    if (!chunks.length && end - video.currentTime > BEHIND) video.currentTime = end - NEAR;
    append();
  };
  const socket = new WebSocket(`${url}view`);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => {
    chunks.push(data);
    append();
  };
  video.play();
}
