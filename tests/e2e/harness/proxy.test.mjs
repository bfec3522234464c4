import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { test } from "node:test";
import { defer } from "./cleanup.mjs";
import { proxyFor } from "./proxy.mjs";

/** A server that says back what it hears, behind a proxy, and a client with a connection for each of these paths. */
async function echoes(t, ...paths) {
  const far = new Set();
  const server = createServer((socket) => {
    far.add(socket.on("error", () => {}));
    socket.pipe(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  defer(t, async () => server.close());
  const proxy = await proxyFor(t, { port: server.address().port });
  const open = async (path) => {
    const socket = connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true });
    defer(t, async () => socket.destroy());
    const request = `GET ${path} HTTP/1.1\r\n\r\n`;
    socket.on("error", () => {}).write(request);
    assert.equal((await read(socket, request.length)).toString(), request);
    return socket;
  };
  const sockets = [];
  for (const path of paths) sockets.push(await open(path));
  return { proxy, sockets, far, open };
}

/** The next so many bytes, or fewer when it ends before that. */
async function read(socket, count) {
  const parts = [];
  let length = 0;
  while (length < count) {
    const part = socket.read(Math.min(count - length, socket.readableLength || 1));
    if (part) length += parts.push(part) && part.length;
    else if (socket.readableEnded || socket.destroyed) break;
    else await Promise.race([once(socket, "readable"), once(socket, "close"), once(socket, "end")]);
  }
  return Buffer.concat(parts);
}

async function assertEchoes(socket) {
  socket.write("ping");
  assert.equal((await read(socket, 4)).toString(), "ping");
}

const BLOB = "/view/a/b/blob?session=s";
const CHUNK = "/view/a/b/chunk?session=s&segment=1&seq=2";

test("one connection is cut, by what it asked for, and the others go on", async (t) => {
  const { proxy, sockets: [blob, chunk] } = await echoes(t, BLOB, CHUNK);
  const closed = once(chunk, "close");
  proxy.find("view/chunk").cut();
  chunk.end();
  await closed;
  await assertEchoes(blob);
  assert.throws(() => proxy.find("view/chunk"), /no view\/chunk goes through here, only view\/blob/);
});

test("a cut in a message lets half of it through", async (t) => {
  const { proxy, sockets: [blob] } = await echoes(t, BLOB);
  const cut = proxy.find("view/blob").cutInMessage();
  await assertEchoes(blob); // too short for media
  blob.write(Buffer.alloc(1000, 7));
  await cut;
  assert.deepEqual(await read(blob, 1000), Buffer.alloc(500, 7));
});

test("new connections are refused for a while", async (t) => {
  const { proxy, sockets: [blob], open } = await echoes(t, BLOB);
  proxy.refuse();
  const refused = connect(proxy.port, "127.0.0.1").on("error", () => {});
  await once(refused, "close");
  await assertEchoes(blob);
  proxy.admit();
  const next = proxy.next("view/chunk");
  await assertEchoes(await open(CHUNK));
  assert.equal((await next).kind, "view/chunk");
});

test("in a black hole neither side hears from the other, not even that it is gone", async (t) => {
  const { proxy, sockets: [blob, chunk], far } = await echoes(t, BLOB, CHUNK);
  const heard = [];
  proxy.find("view/chunk").blackHole();
  for (const end of [chunk, [...far][1]]) for (const event of ["data", "end"]) end.on(event, () => heard.push(event));
  chunk.end("lost");
  for (let i = 0; i < 3; i++) await assertEchoes(blob); // time enough for it
  assert.deepEqual(heard, []);
});
