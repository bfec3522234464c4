// Runs in a page before anything else (see browser.mjs, `inject`) and keeps what the player appends to its SourceBuffer:
// `window.appended` is a list of segments, each a list of appends. Stands alone, as it crosses over as text.

export function appended() {
  const segments = (window.appended = []);
  const { appendBuffer } = SourceBuffer.prototype;
  const offset = Object.getOwnPropertyDescriptor(SourceBuffer.prototype, "timestampOffset");
  SourceBuffer.prototype.appendBuffer = function (bytes) {
    segments.at(-1).push(bytes.slice());
    appendBuffer.call(this, bytes);
  };
  // The player sets it where a segment begins.
  Object.defineProperty(SourceBuffer.prototype, "timestampOffset", {
    get: offset.get,
    set(value) {
      segments.push([]);
      offset.set.call(this, value);
    },
  });
}
