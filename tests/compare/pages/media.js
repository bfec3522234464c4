// What all contenders that have a MediaRecorder record.

export const BITS_PER_SECOND = 1_500_000;
export const MIME_TYPE = "video/webm;codecs=vp8";

/** Time between two chunks, and between two restarts, in ms. */
export const TIMESLICE = 40;
export const INTERVAL = 2000;

/** A socket that is open. */
export async function open(url) {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: () => reject(new Error(`${url} cannot be reached.`)) }));
  return socket;
}
