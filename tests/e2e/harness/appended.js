// Runs in a page before anything else (see browser.mjs, `inject`) and keeps what was appended to its SourceBuffers, all that mode
// `mse` shows: `window.appended` is a list of Blobs. Stands alone, as it crosses over as text.

export function appended() {
  window.appended = [];
  const { appendBuffer } = SourceBuffer.prototype;
  SourceBuffer.prototype.appendBuffer = function (bytes) {
    appendBuffer.call(this, bytes); // throws when it was not appended
    window.appended.push(new Blob([bytes]));
  };
}
