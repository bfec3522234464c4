// A server of a test's own that takes the relay's WebSockets.

import { once } from "node:events";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { defer } from "./cleanup.mjs";

export const SUBPROTOCOL = "blobcast.v1";

/** Hands each socket with its request to `accept`, and says that it is well, as clients ask, until the test ends. Resolves with its `ws:` URL. */
export async function serveSockets(t, accept) {
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/healthz" ? 200 : 404, { "Access-Control-Allow-Origin": "*" }).end("ok");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const handleProtocols = (protocols) => protocols.has(SUBPROTOCOL) && SUBPROTOCOL;
  const sockets = new WebSocketServer({ server, handleProtocols, perMessageDeflate: false });
  sockets.on("connection", accept);
  defer(t, async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return `ws://127.0.0.1:${server.address().port}`;
}
