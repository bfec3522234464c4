// Runs in a page before anything else (see browser.mjs, `inject`) and notes every message that crosses its WebSockets:
// `window.traffic` holds them in order, read by the header that docs/PROTOCOL.md describes. Stands alone, as it crosses over as text.

export function traffic() {
  const HEADER = 24;
  const KINDS = ["blob", "chunk", "last chunk"];
  const log = (window.traffic = { opened: [], received: [], sent: [] });

  function note(list, path, data) {
    if (typeof data === "string") return;
    const at = performance.now(); // before the header is there to be read
    const entry = { path, at };
    list.push(entry);
    readHeader(data).then(({ header, size }) => {
      const mimeType = header.getUint8(1) === 0 ? header.getUint16(2, true) : 0;
      entry.kind = KINDS[header.getUint8(1)];
      entry.seq = header.getUint32(4, true);
      entry.segment = Number(header.getBigUint64(8, true));
      entry.bytes = size - HEADER - mimeType;
    });
  }

  async function readHeader(data) {
    const blob = new Blob([data]);
    return { header: new DataView(await blob.slice(0, HEADER).arrayBuffer()), size: blob.size };
  }

  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      const path = new URL(args[0]).pathname;
      log.opened.push(path);
      this.addEventListener("message", ({ data }) => note(log.received, path, data));
    }
    send(data) {
      note(log.sent, new URL(this.url).pathname, data);
      super.send(data);
    }
  };
}
