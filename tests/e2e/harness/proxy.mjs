// A stretch of network between a page and the relay: a TCP forwarder that knows each connection by the path of its first
// request line, and can do to one of them alone what networks do to it.

import { EventEmitter, once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as passes } from "node:timers/promises";
import { Bucket } from "./bucket.mjs";
import { defer } from "./cleanup.mjs";
import { DEADLINE } from "./pages.mjs";

/** What counts as media: the relay's texts are shorter. */
const MEDIA = 256;

/** What passes a narrow line at once, in bytes: about what one packet carries. */
const PACKET = 1400;

/** No lag: what comes goes on at once. */
const NO_LAG = { due: (before, bytes, now) => Math.max(before, now) };

/**
 * A forwarder to the relay (at `host`, if that is not this machine), on a port of its own, until the test ends. Pages that are opened
 * at its `url` go through it.
 */
export async function proxyFor(t, relay) {
  const proxy = new Forwarder(relay);
  const server = createServer({ allowHalfOpen: true }, (near) => proxy.accept(near)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  defer(t, async () => {
    server.close();
    proxy.connections.forEach((connection) => connection.cut());
    await once(server, "close");
  });
  return Object.assign(proxy, { port, url: `http://127.0.0.1:${port}/`, wsUrl: `ws://127.0.0.1:${port}` });
}

class Forwarder {
  connections = new Set();
  #opened = new EventEmitter();
  #refuses = false;
  #relay;
  /** All connections share the way to the relay, as they share a line; the lag is that of both directions. */
  #line = { up: new Bucket(), lag: NO_LAG };

  constructor({ port, host = "127.0.0.1" }) {
    this.#relay = { port, host, allowHalfOpen: true };
  }

  /** The newest connection of a kind, such as `view/chunk`. */
  find(kind) {
    const found = [...this.connections].findLast((connection) => connection.kind === kind);
    if (!found) throw new Error(`no ${kind} goes through here, only ${[...this.connections].map((one) => one.kind)}`);
    return found;
  }

  /** The next connection of a kind to come. */
  async next(kind, milliseconds = DEADLINE) {
    const [connection] = await once(this.#opened, kind, { signal: AbortSignal.timeout(milliseconds) });
    return connection;
  }

  /** From now on new connections are dropped at once, until `admit`. */
  refuse() {
    this.#refuses = true;
  }

  admit() {
    this.#refuses = false;
  }

  /**
   * From now on so many bytes per second go to the relay, over all connections together; Infinity is no limit. What does not
   * pass is not read either, so that TCP tells the page's end to wait: the bytes stay in its kernel, then in its browser.
   */
  narrow(bytesPerSecond) {
    this.#line.up.rate = bytesPerSecond;
  }

  /** From now on what comes goes on late, as a `Lag` says (lag.mjs); without one, at once. Such a line can be narrow, too. */
  delay(lag = NO_LAG) {
    this.#line.lag = lag;
  }

  accept(near) {
    if (this.#refuses) return void near.destroy();
    const far = connect(this.#relay);
    const connection = new Connection(near, far, this.#line);
    this.connections.add(connection);
    near.once("close", () => this.connections.delete(connection));
    near.once("data", (bytes) => {
      connection.name(bytes.toString("latin1"));
      this.#opened.emit(connection.kind, connection);
    });
  }
}

class Connection {
  /** `publish/blob`, `view/chunk` and so on; for all else the whole path. */
  kind = "";
  #near;
  #far;
  #line;
  /** Called with what the next media bytes are and where they go; whoever takes them forwards them. */
  #snatch = null;
  #isDark = false;

  constructor(near, far, line) {
    [this.#near, this.#far, this.#line] = [near, far, line];
    this.#forward(near, far);
    this.#forward(far, near);
  }

  name(request) {
    const path = request.match(/^GET ([^ ?]*)/)?.[1] ?? "";
    const [, role, socket] = path.match(/^\/(publish|view)\/.*\/(blob|chunk)$/) ?? [];
    this.kind = role ? `${role}/${socket}` : path;
  }

  /** Breaks the link: both ends are told, and nothing else happens to the other connections. */
  cut() {
    this.#near.destroy();
    this.#far.destroy();
  }

  /** Breaks it when half of the next media has passed. Resolves then. */
  async cutInMessage() {
    await new Promise((resolve) => {
      this.#snatch = (bytes, to) => to.write(bytes.subarray(0, bytes.length >> 1), resolve);
      this.#near.once("close", resolve); // something else broke it first
    });
    this.cut();
  }

  /** From now on what is sent vanishes, ends and closes too: neither side hears from the other again. */
  blackHole() {
    this.#isDark = true;
    for (const end of [this.#near, this.#far]) end.pause();
  }

  #forward(from, to) {
    const late = { due: 0, taken: Promise.resolve(), sent: Promise.resolve(), count: 0 };
    const all = () => late.taken.then(() => late.sent); // a socket that is paused tells its end all the same
    from.on("data", (bytes) => {
      if (this.#isDark) return;
      const snatch = bytes.length >= MEDIA && this.kind && from === this.#source() ? this.#snatch : null;
      if (snatch) {
        this.#snatch = () => {}; // the rest is lost
        return snatch(bytes, to);
      }
      if (from === this.#near && this.#line.up.rate < Infinity) {
        from.pause();
        late.taken = this.#trickle(bytes, to, late).then(() => this.#isDark || from.resume());
      } else if (!this.#send(bytes, to, late)) {
        from.pause();
        to.once("drain", () => from.resume());
      }
    });
    from.on("end", () => all().then(() => this.#isDark || to.end()));
    from.on("error", () => {}); // `close` follows
    from.on("close", (failed) => (failed ? this.#isDark || to.destroy() : all().then(() => this.#isDark || to.destroySoon())));
  }

  /** Sends what is not late at once, the rest when it is due. False when there is no room for more. */
  #send(bytes, to, late) {
    const now = performance.now();
    const due = (late.due = this.#line.lag.due(late.due, bytes.length, now));
    if (due <= now && late.count === 0) return to.write(bytes);
    late.count += 1;
    late.sent = late.sent.then(() => this.#writeAt(due, bytes, to)).then(() => (late.count -= 1));
    return true;
  }

  async #writeAt(due, bytes, to) {
    await passes(Math.max(0, due - performance.now()));
    if (!this.#isDark && !to.destroyed) to.write(bytes);
  }

  async #trickle(bytes, to, late) {
    for (let at = 0; at < bytes.length; at += PACKET) {
      const packet = bytes.subarray(at, at + PACKET);
      await this.#line.up.take(packet.length);
      if (this.#isDark || to.destroyed) return;
      if (!this.#send(packet, to, late)) await Promise.race([once(to, "drain"), once(to, "close")]).catch(() => {});
    }
  }

  /** The end that media comes from. */
  #source() {
    return this.kind.startsWith("publish") ? this.#near : this.#far;
  }
}
