import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { test } from "node:test";
import { defer } from "./cleanup.mjs";
import { Lag } from "./lag.mjs";
import { proxyFor } from "./proxy.mjs";
import { random } from "./random.mjs";

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
    else await any(socket, "readable", "close", "end");
  }
  return Buffer.concat(parts);
}

/** Waits for one of these events, and leaves no listener behind. */
async function any(socket, ...events) {
  const heard = new AbortController();
  await Promise.race(events.map((event) => once(socket, event, { signal: heard.signal })));
  heard.abort();
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

test("a narrow line lets so many bytes per second through, over all connections, until it is wide again", async (t) => {
  const { proxy, sockets } = await echoes(t, BLOB, CHUNK);
  const RATE = 100_000;
  const bytes = Buffer.from(Array.from({ length: RATE }, (_, i) => i % 251));
  const timed = async (act) => {
    const began = performance.now();
    await act();
    return performance.now() - began;
  };
  const echoed = async (socket) => {
    socket.write(bytes);
    assert.deepEqual(await read(socket, bytes.length), bytes);
  };
  proxy.narrow(RATE);
  const both = await timed(() => Promise.all(sockets.map(echoed)));
  assert.ok(both > 1900 && both < 2600, `200 kB at 100 kB/s took ${both} ms`);
  proxy.narrow(2 * RATE);
  const one = await timed(() => echoed(sockets[0]));
  assert.ok(one > 440 && one < 900, `100 kB at 200 kB/s took ${one} ms`);
  proxy.narrow(RATE / 10);
  const widened = await timed(async () => {
    const slow = echoed(sockets[0]);
    await assertEchoes(sockets[1]); // it shares the line with the other, and does not wait for all of it
    proxy.narrow(Infinity);
    await slow;
  });
  assert.ok(widened < 1000, `${widened} ms, of which the line was narrow for a moment only`);
});

test("what a narrow line does not take stays with the sender", async (t) => {
  const { proxy, sockets: [, chunk] } = await echoes(t, BLOB, CHUNK);
  const MANY = 16 << 20; // more than the kernel keeps
  proxy.narrow(10_000);
  chunk.write(Buffer.alloc(MANY));
  await read(chunk, 5000); // some of it has passed
  assert.ok(chunk.writableLength > MANY / 2, `the kernel has taken ${MANY - chunk.writableLength} bytes`);
});

test("what comes late comes whole and in order, over a narrow line, too", async (t) => {
  const { proxy, sockets: [, chunk] } = await echoes(t, BLOB, CHUNK);
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
  proxy.delay(new Lag({ delay: 100, jitter: 50, lost: 0.02, chance: random(7) }));
  for (const [rate, least] of [[Infinity, 100], [200_000, 600]]) {
    proxy.narrow(rate);
    const began = performance.now();
    chunk.write(bytes);
    assert.deepEqual(await read(chunk, bytes.length), bytes);
    const took = performance.now() - began;
    assert.ok(took >= least && took < least + 1500, `${took} ms`);
  }
  const rest = read(chunk, bytes.length);
  chunk.end(bytes);
  assert.deepEqual(await rest, bytes, "an end waits for what is late");
});
