// Runs in a page before anything else (see browser.mjs, `inject`) and keeps what was appended to its SourceBuffers, as Blobs in
// `window.appended`: all that mode `mse` shows. Stands alone, as it crosses over as text.

export function appended() {
  const { appendBuffer } = SourceBuffer.prototype;
  window.appended = [];
  SourceBuffer.prototype.appendBuffer = function (bytes) {
    appendBuffer.call(this, bytes); // throws when it was not appended
    window.appended.push(new Blob([bytes]));
  };
}
