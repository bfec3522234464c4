// A server as tutorials have it: what comes to /publish goes to all of /view, and whoever comes later gets all there was before, or since the
// last text message.

import { once } from "node:events";
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
const viewers = new Set();
let kept = [];

server.on("connection", (socket, { url }) => {
  if (url === "/view") {
    for (const [data, binary] of kept) socket.send(data, { binary });
    viewers.add(socket);
    socket.on("close", () => viewers.delete(socket));
    return;
  }
  socket.on("message", (data, binary) => {
    if (!binary) kept = [];
    kept.push([data, binary]);
    for (const viewer of viewers) viewer.send(data, { binary });
  });
});

await once(server, "listening");
console.log(JSON.stringify({ url: `ws://127.0.0.1:${server.address().port}/` }));
