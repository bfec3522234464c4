// What a page imports. It loads the WebAssembly module on first use and makes its handles EventTargets.
// Nothing happens at import, and no class of the page is named, so that a server can import it too.
import * as wasm from "./blobcast.js";
import { failure } from "./failure.js";
import { load } from "./load.js";
import { watch } from "./notice.js";
import { whenAborted } from "./signal.js";

export { init } from "./load.js";

/** Of each handle: `core`, its part in the module, and `over`, which is aborted when nothing of it is needed any more. */
const parts = new WeakMap();

/** Loads the module and starts a core, whose events the handle dispatches. Where that fails, nothing is left behind. */
async function start(handle, options, video, begin) {
  if (typeof document === "undefined") {
    throw failure("NotSupportedError", "there is no page here: call this where only a browser runs it, such as in an effect");
  }
  const part = { over: new AbortController() };
  const { signal } = part.over;
  parts.set(handle, part);
  try {
    const aborted = whenAborted(options?.signal, handle, signal);
    await Promise.race([Promise.all([load(), watch(handle, options, video, signal)]), aborted]);
    part.core = begin();
    await Promise.race([part.core.started(), aborted]);
  } catch (error) {
    handle.stop();
    throw error;
  }
  return handle;
}

/** The state, the events and the end that recordings and viewings have in common. */
class Handle extends EventTarget {
  get state() {
    return parts.get(this).core.state;
  }

  stats() {
    return parts.get(this).core.stats();
  }

  async stop() {
    const { core, over } = parts.get(this);
    await core?.stop();
    over.abort();
  }
}

export class Recording extends Handle {
  async replaceStream(mediaStream) {
    await parts.get(this).core.replaceStream(mediaStream);
  }
}

export class Viewing extends Handle {
  async seek(moment) {
    await parts.get(this).core.seek(moment);
  }

  seekable() {
    return parts.get(this).core.seekable();
  }

  goLive() {
    parts.get(this).core.goLive();
  }
}

export function startRecording(mediaStream, options) {
  const handle = new Recording();
  return start(handle, options, null, () => wasm.startRecording(mediaStream, options, handle));
}

export function startViewing(video, options) {
  const handle = new Viewing();
  return start(handle, options, video, () => wasm.startViewing(video, options, handle));
}
