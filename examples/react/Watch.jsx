import { useRef } from "react";
import { useViewing } from "./useBlobcast.js";

const words = {
  connecting: "Connecting…",
  waiting: "Nobody broadcasts yet. It plays as soon as somebody does.",
  live: "Live",
  reconnecting: "The connection is lost. It comes back by itself.",
  ended: "The broadcast has ended.",
};

/** Plays a broadcast for as long as it is mounted. */
export function Watch({ url, name }) {
  const video = useRef(null);
  const { state, error } = useViewing(video, { url, name });
  return (
    <div>
      <video ref={video} muted playsInline controls />
      <p role="status">{error?.message ?? words[state]}</p>
    </div>
  );
}
