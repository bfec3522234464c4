import { useEffect, useRef } from "react";
import { useCamera, useRecording } from "./useBlobcast.js";

const words = {
  connecting: "Connecting…",
  waiting: "The camera gives no picture yet.",
  live: "You are live.",
  reconnecting: "The connection is lost. It comes back by itself.",
  ended: "Your broadcast has ended.",
};

/** Broadcasts the camera for as long as it is mounted. */
export function Broadcast({ url, name }) {
  const preview = useRef(null);
  const camera = useCamera();
  const recording = useRecording(camera.stream, { url, name });
  useEffect(() => {
    preview.current.srcObject = camera.stream;
  }, [camera.stream]);
  const error = camera.error ?? recording.error;
  return (
    <div>
      <video ref={preview} muted playsInline autoPlay />
      <p role="status">{error?.message ?? words[recording.state]}</p>
    </div>
  );
}
