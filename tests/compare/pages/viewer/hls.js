import Hls from "hls.js";

export function view(video, { url }) {
  // As near to the live edge as it plays without standing still: one segment behind, and a little faster when it is further.
  const hls = new Hls({ lowLatencyMode: true, liveSyncDurationCount: 1, maxLiveSyncPlaybackRate: 1.2 });
  hls.loadSource(`${url}live.m3u8`);
  hls.attachMedia(video);
  video.play();
}
