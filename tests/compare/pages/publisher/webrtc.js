// Each viewer is a connection of its own, and so is the encoder for it. What a viewer asks comes by `window.answer` (contenders/webrtc.mjs).

import { BITS_PER_SECOND } from "../media.js";
import { gathered } from "../ice.js";

export function publish(stream) {
  window.answer = async (offer) => {
    const peer = new RTCPeerConnection();
    await peer.setRemoteDescription(offer);
    const sender = peer.addTrack(stream.getVideoTracks()[0], stream);
    await peer.setLocalDescription();
    const parameters = sender.getParameters();
    for (const encoding of parameters.encodings) encoding.maxBitrate = BITS_PER_SECOND;
    await sender.setParameters(parameters);
    await gathered(peer);
    return peer.localDescription.toJSON();
  };
}
