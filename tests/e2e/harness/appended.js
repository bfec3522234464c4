// Runs in a page before anything else (see browser.mjs, `inject`) and keeps what was appended to its SourceBuffers, all that mode
// `mse` shows: `window.appended` is a list of segments, each a list of Blobs. Stands alone, as it crosses over as text.

export function appended() {
  const segments = (window.appended = []);
  const { appendBuffer } = SourceBuffer.prototype;
  const offset = Object.getOwnPropertyDescriptor(SourceBuffer.prototype, "timestampOffset");
  SourceBuffer.prototype.appendBuffer = function (bytes) {
    appendBuffer.call(this, bytes); // throws when it was not appended
    segments.at(-1).push(new Blob([bytes]));
  };
  // The player sets it where a segment begins.
  Object.defineProperty(SourceBuffer.prototype, "timestampOffset", {
    get: offset.get,
    set(value) {
      offset.set.call(this, value);
      segments.push([]);
    },
  });
}
