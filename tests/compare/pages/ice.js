/** Resolves when all of a connection's own addresses are in its description, so that one message each way is enough. */
export const gathered = (peer) =>
  new Promise((resolve) => {
    const look = () => peer.iceGatheringState === "complete" && resolve();
    peer.addEventListener("icegatheringstatechange", look);
    look();
  });
