// The option `signal`.

/**
 * A promise that rejects with the signal's reason when it is aborted, which also stops the handle: now or later, until `over` is
 * aborted. Without a signal it stays pending.
 */
export function whenAborted(signal, handle, over) {
  if (signal != null && !(signal instanceof AbortSignal)) throw new TypeError("signal takes an AbortSignal, such as an AbortController has");
  signal?.throwIfAborted();
  const aborted = new Promise((_, reject) => {
    const abort = () => {
      reject(signal.reason);
      handle.stop();
    };
    signal?.addEventListener("abort", abort, { signal: over });
  });
  aborted.catch(() => {}); // after the start nobody waits for it
  return aborted;
}
