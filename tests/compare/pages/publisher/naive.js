// A recorder that is stopped and followed by the next one at an interval. What the source shows between the two is in neither.

import { BITS_PER_SECOND, INTERVAL, MIME_TYPE, open, TIMESLICE } from "../media.js";

export async function publish(stream, { url }) {
  const socket = await open(`${url}publish`);
  const record = () => {
    const recorder = new MediaRecorder(stream, { mimeType: MIME_TYPE, videoBitsPerSecond: BITS_PER_SECOND });
    recorder.ondataavailable = ({ data }) => socket.send(data);
    recorder.onstop = record;
    socket.send("another");
    recorder.start(TIMESLICE);
    setTimeout(() => recorder.stop(), INTERVAL);
  };
  record();
}
