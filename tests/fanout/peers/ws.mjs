// Node's ws: what /publish sends goes to all of /view.

import { once } from "node:events";
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false, handleProtocols: () => "blobcast.v1" });
const viewers = new Set();
server.on("connection", (socket, request) => {
  if (request.url === "/publish") {
    socket.on("message", (data) => {
      for (const viewer of viewers) viewer.send(data, { binary: true });
    });
  } else {
    viewers.add(socket);
    socket.on("close", () => viewers.delete(socket));
  }
});
await once(server, "listening");
console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/` }));
