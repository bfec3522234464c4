// The package as hooks. What they start runs while the component is mounted, and nothing of it is left afterwards.

import { startRecording, startViewing } from "blobcast";
import { useCallback, useEffect, useRef, useState } from "react";

/** Plays a broadcast on the `<video>` of a ref. Returns `{ state, error }`. */
export function useViewing(video, { url, name }) {
  const run = useCallback(
    async (signal, show) => follow(await startViewing(video.current, { url, name, signal }), signal, show),
    [video, url, name],
  );
  return { state: "connecting", ...useRun(run) };
}

/** Broadcasts a stream, as soon as there is one. Returns `{ state, error }`. */
export function useRecording(stream, { url, name }) {
  const run = useCallback(
    async (signal, show) => stream && follow(await startRecording(stream, { url, name, signal }), signal, show),
    [stream, url, name],
  );
  return { state: "connecting", ...useRun(run) };
}

/** The camera and the microphone: `{ stream, error }`. */
export function useCamera() {
  return { stream: null, ...useRun(openCamera) };
}

/** Runs `run(signal, show)` until the component is unmounted, or `run` is another one: the signal tells. Returns what was shown last. */
function useRun(run) {
  const [shown, setShown] = useState({});
  const before = useRef(Promise.resolve());
  useEffect(() => {
    const unmount = new AbortController();
    const { signal } = unmount;
    const show = (what) => signal.aborted || setShown(what);
    const begin = async () => {
      if (signal.aborted) return; // StrictMode mounts, unmounts and mounts again at once: the first one never begins
      show({});
      await run(signal, show);
    };
    // Two viewings that start at once would fight for the video: each waits until the one before has started, or was aborted.
    before.current = before.current.then(begin).catch((error) => show({ state: "ended", error }));
    return () => unmount.abort();
  }, [run]);
  return shown;
}

function follow(handle, signal, show) {
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
