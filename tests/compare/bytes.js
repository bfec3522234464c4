// Runs in a page before anything else (see browser.mjs, `inject`): `await bytes()` says how much media and signalling the page has sent (`up`) and
// received (`down`), in bytes: messages of WebSockets, answers to requests, and what the transports of WebRTC and WebTransport carry. Headers of
// TCP, UDP, IP and TLS are not among them. Stands alone, as it crosses over as text.

export function bytes() {
  const counted = { up: 0, down: 0 };
  const peers = [];
  const lengthOf = (data) => data.byteLength ?? data.size ?? data.length;

  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", ({ data }) => (counted.down += lengthOf(data)));
    }
    send(data) {
      counted.up += lengthOf(data);
      super.send(data);
    }
  };

  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      peers.push(this);
    }
  };

  new PerformanceObserver((list) => {
    for (const { transferSize } of list.getEntries()) counted.down += transferSize;
  }).observe({ type: "resource" });

  // Of all streams, those that carry bytes: here they are WebTransport's.
  const count = (direction, data) => ArrayBuffer.isView(data) && (counted[direction] += data.byteLength);
  for (const Reader of [ReadableStreamDefaultReader, ReadableStreamBYOBReader]) {
    const { read } = Reader.prototype;
    Reader.prototype.read = async function (...args) {
      const result = await read.apply(this, args);
      count("down", result.value);
      return result;
    };
  }
  const { write } = WritableStreamDefaultWriter.prototype;
  WritableStreamDefaultWriter.prototype.write = function (data) {
    count("up", data);
    return write.call(this, data);
  };

  window.bytes = async () => {
    const sum = { ...counted };
    for (const peer of peers) {
      for (const { type, bytesSent, bytesReceived } of (await peer.getStats()).values()) {
        if (type !== "transport") continue;
        sum.up += bytesSent;
        sum.down += bytesReceived;
      }
    }
    return sum;
  };
}
