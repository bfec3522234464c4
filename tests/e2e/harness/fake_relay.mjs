// A server that speaks just enough of docs/PROTOCOL.md to be taken for a relay, and closes what a test wants closed.

import { EventEmitter, once } from "node:events";
import { DEADLINE } from "./pages.mjs";
import { read } from "./segments.mjs";
import { serveSockets } from "./sockets.mjs";

const BEARER = "bearer.";

export async function fakeRelay(t) {
  const relay = new FakeRelay();
  relay.wsUrl = await serveSockets(t, (socket, request) => relay.accept(socket, request));
  return relay;
}

class FakeRelay {
  wsUrl;
  /** All that have come, each with its `kind`, `session`, `token` and the time `at`. */
  connections = [];
  /** Called with each connection that comes: a code and a reason that it is closed with at once, or nothing. */
  refuse = () => null;
  /** It greets nobody. */
  isSilent = false;
  /** It greets, and does not say what has come. */
  isDeaf = false;
  #opened = new EventEmitter();
  /** What has come of each session: the segment and the next piece. */
  #have = new Map();

  accept(socket, request) {
    const { pathname, searchParams } = new URL(request.url, this.wsUrl);
    const [, role, which] = pathname.match(/^\/(publish|view)\/.*\/(blob|chunk)$/);
    const protocols = request.headers["sec-websocket-protocol"].split(/, */);
    const token = protocols.find((one) => one.startsWith(BEARER))?.slice(BEARER.length);
    const connection = { socket, role, which, kind: `${role}/${which}`, session: searchParams.get("session"), token, at: performance.now() };
    this.connections.push(connection);
    socket.on("error", () => {}); // `close` follows
    const refusal = this.refuse(connection);
    if (refusal) socket.close(...refusal);
    else this.#serve(connection);
    this.#opened.emit(connection.kind, connection);
  }

  /** The next connection of a kind to come. */
  async next(kind, milliseconds = DEADLINE) {
    const [connection] = await once(this.#opened, kind, { signal: AbortSignal.timeout(milliseconds) });
    return connection;
  }

  /** The newest connection of a kind. */
  find(kind) {
    return this.connections.findLast((connection) => connection.kind === kind);
  }

  /** Closes a socket; with 1006, which nobody can send, as a broken link does. */
  close(kind, code, reason) {
    const { socket } = this.find(kind);
    if (code === 1006) socket.terminate();
    else socket.close(code, reason);
  }

  #serve(connection) {
    const { socket, session } = connection;
    socket.on("message", (data, isBinary) => {
      if (isBinary) this.#take(session, read(data));
      else this.#answer(socket, JSON.parse(data));
    });
    // A session is greeted when its two sockets are there, and again when its chunk socket is a new one.
    const isWhole = this.#open(session, "blob") && this.#open(session, "chunk");
    if (isWhole && !this.isSilent) this.#greet(session, connection.role);
  }

  #open(session, which) {
    return this.connections.findLast((one) => one.session === session && one.which === which && one.socket.readyState === 1);
  }

  #greet(session, role) {
    if (role === "publish") this.#sayHave(session);
    else this.#say(session, { type: "state", state: "waiting", viewers: 1 });
  }

  #answer(socket, { type, t }) {
    if (type === "ping") socket.send(JSON.stringify({ type: "pong", t, now: Date.now() }));
  }

  #take(session, { kind, segment, seq }) {
    if (this.isDeaf) return;
    this.#have.set(session, { segment, seq: kind === "blob" ? seq : seq + 1 });
    this.#sayHave(session);
  }

  #sayHave(session) {
    const { segment, seq } = this.#have.get(session) ?? { segment: 0, seq: 0 };
    this.#say(session, { type: "have", segment, seq, last: segment });
  }

  #say(session, text) {
    this.#open(session, "chunk")?.socket.send(JSON.stringify(text));
  }
}
