import { gathered } from "../ice.js";

export async function view(video) {
  const peer = new RTCPeerConnection();
  peer.addTransceiver("video", { direction: "recvonly" });
  peer.ontrack = ({ streams }) => {
    video.srcObject = streams[0];
    video.play();
  };
  await peer.setLocalDescription();
  await gathered(peer);
  await peer.setRemoteDescription(await window.ask(peer.localDescription.toJSON()));
}
