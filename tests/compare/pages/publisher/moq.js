import * as Publish from "@moq/publish";
import { BITS_PER_SECOND, INTERVAL } from "../media.js";

export function publish(stream, { url }) {
  const connection = new Publish.Net.Connection.Reload({ enabled: true, url: new URL(url) });
  new Publish.Broadcast({
    connection: connection.established,
    enabled: true,
    name: Publish.Net.Path.from("lobby.hang"),
    video: {
      source: stream.getVideoTracks()[0],
      hd: { enabled: true, config: { codec: "vp8", maxBitrate: BITS_PER_SECOND, bitrateScale: 1, frameRate: 30, keyframeInterval: INTERVAL } },
    },
  });
}
