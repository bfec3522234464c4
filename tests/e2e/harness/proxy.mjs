// A stretch of network between a page and the relay: a TCP forwarder that knows each connection by the path of its first
// request line, and can do to one of them alone what networks do to it.

import { EventEmitter, once } from "node:events";
import { connect, createServer } from "node:net";
import { Bucket } from "./bucket.mjs";
import { defer } from "./cleanup.mjs";
import { DEADLINE } from "./pages.mjs";

/** What counts as media: the relay's texts are shorter. */
const MEDIA = 256;

/** What passes a narrow line at once, in bytes: about what one packet carries. */
const PACKET = 1400;

/** A forwarder to the relay, on a port of its own, until the test ends. Pages that are opened at its `url` go through it. */
export async function proxyFor(t, relay) {
  const proxy = new Forwarder(relay.port);
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
  /** All connections share the way to the relay, as they share a line. */
  #up = new Bucket();

  constructor(relay) {
    this.#relay = relay;
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
    this.#up.rate = bytesPerSecond;
  }

  accept(near) {
    if (this.#refuses) return void near.destroy();
    const far = connect({ port: this.#relay, host: "127.0.0.1", allowHalfOpen: true });
    const connection = new Connection(near, far, this.#up);
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
  #up;
  /** Called with what the next media bytes are and where they go; whoever takes them forwards them. */
  #snatch = null;
  #isDark = false;

  constructor(near, far, up) {
    [this.#near, this.#far, this.#up] = [near, far, up];
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
    from.on("data", (bytes) => {
      if (this.#isDark) return;
      const snatch = bytes.length >= MEDIA && this.kind && from === this.#source() ? this.#snatch : null;
      if (snatch) {
        this.#snatch = () => {}; // the rest is lost
        return snatch(bytes, to);
      }
      if (from === this.#near && this.#up.rate < Infinity) {
        from.pause();
        this.#trickle(bytes, to).then(() => this.#isDark || from.resume());
      } else if (!to.write(bytes)) {
        from.pause();
        to.once("drain", () => from.resume());
      }
    });
    from.on("end", () => this.#isDark || to.end());
    from.on("error", () => {}); // `close` follows
    from.on("close", () => this.#isDark || to.destroy());
  }

  async #trickle(bytes, to) {
    for (let at = 0; at < bytes.length; at += PACKET) {
      const packet = bytes.subarray(at, at + PACKET);
      await this.#up.take(packet.length);
      if (this.#isDark || to.destroyed) return;
      if (!to.write(packet)) await Promise.race([once(to, "drain"), once(to, "close")]).catch(() => {});
    }
  }

  /** The end that media comes from. */
  #source() {
    return this.kind.startsWith("publish") ? this.#near : this.#far;
  }
}
