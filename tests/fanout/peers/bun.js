// Bun's own WebSocket server with its publish/subscribe: what /publish sends goes to all of /view.

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request, server) {
    const isPublisher = new URL(request.url).pathname === "/publish";
    return server.upgrade(request, { data: { isPublisher } }) ? undefined : new Response("a WebSocket's address", { status: 426 });
  },
  websocket: {
    perMessageDeflate: false,
    open(socket) {
      if (!socket.data.isPublisher) socket.subscribe("lobby");
    },
    message(socket, data) {
      if (socket.data.isPublisher) server.publish("lobby", data);
    },
  },
});
console.log(JSON.stringify({ url: server.url.href }));
