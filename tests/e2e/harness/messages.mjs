// A stretch of network that understands what the relay sends a viewer, and can change it: a real broadcast, and messages that
// are not as they were sent.

import { once } from "node:events";
import WebSocket from "ws";
import { serveSockets, SUBPROTOCOL } from "./sockets.mjs";

/** Others, such as 1006, are only what a broken link is called. */
const SENDABLE = (code) => code === 1000 || code >= 3000;

/** Passes WebSockets on to the relay until the test ends. Set `change`, from a message to another one, to change what viewers get. */
export async function messagesFor(t, relay) {
  const way = { change: (message) => message };
  way.wsUrl = await serveSockets(t, (near, { url }) => {
    const far = new WebSocket(relay.wsUrl + url, SUBPROTOCOL, { perMessageDeflate: false });
    const isOpen = once(far, "open");
    isOpen.catch(() => {}); // `close` follows
    near.on("message", (data, binary) => isOpen.then(() => far.send(data, { binary }), () => {}));
    far.on("message", (data, binary) => near.send(binary ? way.change(data) : data, { binary }));
    closeTogether(near, far);
    closeTogether(far, near);
  });
  return way;
}

function closeTogether(one, other) {
  one.on("error", () => {}); // `close` follows
  one.on("close", (code, reason) => (SENDABLE(code) ? other.close(code, reason) : other.terminate()));
}
