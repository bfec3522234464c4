// The package as hooks. What they start runs while the component is mounted, and nothing of it is left afterwards.

import { startRecording, startViewing } from "blobcast";
import { useCallback, useEffect, useRef, useState } from "react";

/** Plays a broadcast on the `<video>` of a ref. Returns `{ state, error }`. */
export function useViewing(video, { url, name }) {
  const run = useCallback(
    async (signal, show) => follow(await startViewing(video.current, { url, name }), signal, show),
    [video, url, name],
  );
  return useRun(run, { state: "connecting" });
}

/** Broadcasts a stream, as soon as there is one. Returns `{ state, error }`. */
export function useRecording(stream, { url, name }) {
  const run = useCallback(
    async (signal, show) => stream && follow(await startRecording(stream, { url, name }), signal, show),
    [stream, url, name],
  );
  return useRun(run, { state: "connecting" });
}

/** The camera and the microphone: `{ stream, error }`. */
export function useCamera() {
  return useRun(openCamera, { stream: null });
}

/**
 * Runs `run(signal, show)` until the component is unmounted or `run` is another function: the signal tells. Returns what was shown
 * last, at the beginning `first`; an error of `run` is shown with it.
 */
function useRun(run, first) {
  const [shown, setShown] = useState(first);
  const before = useRef(Promise.resolve());
  const { current: begin } = useRef(first);
  useEffect(() => {
    const unmount = new AbortController();
    const { signal } = unmount;
    const show = (what) => signal.aborted || setShown({ ...begin, ...what });
    // StrictMode mounts, unmounts and mounts again at once: by the time of this `then` the first one is aborted. And two viewings
    // that start at once would fight for the video, so each waits until the one before has started, or was given up.
    before.current = before.current
      .then(() => signal.aborted || (show({}), run(signal, show)))
      .catch((error) => show({ state: "ended", error }));
    return () => unmount.abort();
  }, [run, begin]);
  return shown;
}

async function follow(handle, signal, show) {
  if (signal.aborted) return handle.stop(); // unmounted while it connected
  signal.addEventListener("abort", () => handle.stop());
  handle.addEventListener("state", () => show({ state: handle.state }), { signal });
  handle.addEventListener("error", ({ detail }) => show({ state: handle.state, error: detail }), { signal });
  show({ state: handle.state });
}

async function openCamera(signal, show) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 }, audio: true });
  const close = () => stream.getTracks().forEach((track) => track.stop());
  if (signal.aborted) return close();
  signal.addEventListener("abort", close);
  show({ stream });
}
