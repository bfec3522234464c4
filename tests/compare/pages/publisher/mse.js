// One recorder that is never restarted; its chunks go over one socket.

import { BITS_PER_SECOND, MIME_TYPE, open, TIMESLICE } from "../media.js";

export async function publish(stream, { url }) {
  const socket = await open(`${url}publish`);
  const recorder = new MediaRecorder(stream, { mimeType: MIME_TYPE, videoBitsPerSecond: BITS_PER_SECOND });
  recorder.ondataavailable = ({ data }) => socket.send(data);
  recorder.start(TIMESLICE);
}
