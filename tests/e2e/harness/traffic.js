// Runs in a page before anything else (see browser.mjs, `inject`) and notes every message that crosses its WebSockets:
// `window.traffic` holds them in order, read by the header that docs/PROTOCOL.md describes; `raw` is the whole message and `socket`
// counts the sockets of the page. What the relay says as text is in `heard`, and what the page closed itself
// in `closed`, by the wall clock. Stands alone, as it crosses over as text.

export function traffic() {
  const HEADER = 24;
  const KINDS = ["blob", "chunk", "last chunk"];
  const log = (window.traffic = { opened: [], received: [], sent: [], heard: [], closed: [] });

  function note(list, path, socket, data) {
    const raw = new Blob([data]);
    const entry = { path, socket, raw, at: performance.now() }; // before the header is there to be read
    list.push(entry);
    readHeader(raw).then((header) => {
      const mimeType = header.getUint8(1) === 0 ? header.getUint16(2, true) : 0;
      entry.kind = KINDS[header.getUint8(1)];
      entry.seq = header.getUint32(4, true);
      entry.segment = Number(header.getBigUint64(8, true));
      entry.bytes = raw.size - HEADER - mimeType;
    });
  }

  const readHeader = async (raw) => new DataView(await raw.slice(0, HEADER).arrayBuffer());

  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      const path = new URL(args[0]).pathname;
      const socket = log.opened.push(path);
      this.path = path;
      this.note = (list, data) => note(list, path, socket, data);
      this.addEventListener("message", ({ data }) => {
        if (typeof data === "string") log.heard.push(JSON.parse(data));
        else this.note(log.received, data);
      });
    }
    send(data) {
      if (typeof data !== "string" && this.readyState === WebSocket.OPEN) this.note(log.sent, data);
      super.send(data);
    }
    close(...args) {
      log.closed.push({ path: this.path, at: Date.now() });
      super.close(...args);
    }
  };
}
