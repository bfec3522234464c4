// A viewer without a screen: notes when each piece of a broadcast comes from the relay.

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import WebSocket from "ws";
import { defer } from "./cleanup.mjs";
import { read } from "./segments.mjs";
import { SUBPROTOCOL } from "./sockets.mjs";

/** Everything that comes from now on, in `messages`: what `read` in segments.mjs gives, with the time `at`, ms. */
export async function listen(t, relay, name = "lobby") {
  const session = randomUUID();
  const messages = [];
  const open = async (which) => {
    const socket = new WebSocket(`${relay.wsUrl}/view/${name}/${which}?session=${session}`, SUBPROTOCOL);
    socket.on("message", (data, isBinary) => isBinary && messages.push({ ...read(data), at: performance.now() }));
    defer(t, async () => socket.terminate());
    await once(socket, "open");
  };
  await Promise.all([open("blob"), open("chunk")]);
  return messages;
}
