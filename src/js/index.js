// What a page imports. It loads the WebAssembly module on first use and makes its handles EventTargets.
// Nothing happens at import, and no class of the page is named, so that a server can import it too.
import * as wasm from "./blobcast.js";
import { failure } from "./failure.js";
import { load } from "./load.js";

export { init } from "./load.js";

/** Loads the module and starts a core, whose events the handle dispatches. */
async function start(handle, begin) {
  if (typeof document === "undefined") {
    throw failure("NotSupportedError", "there is no page here: call this where only a browser runs it, such as in an effect");
  }
  await load();
  const core = begin(handle);
  cores.set(handle, core);
  try {
    await core.started();
  } catch (error) {
    core.free();
    throw error;
  }
  return handle;
}

/** The part of each handle that is in the module. */
const cores = new WeakMap();

/** The state, the events and the end that recordings and viewings have in common. */
class Handle extends EventTarget {
  get state() {
    return cores.get(this).state;
  }

  stats() {
    return cores.get(this).stats();
  }

  async stop() {
    await cores.get(this).stop();
  }
}

export class Recording extends Handle {
  async replaceStream(mediaStream) {
    await cores.get(this).replaceStream(mediaStream);
  }
}

export class Viewing extends Handle {}

export function startRecording(mediaStream, options) {
  return start(new Recording(), (events) => wasm.startRecording(mediaStream, options, events));
}

export function startViewing(video, options) {
  return start(new Viewing(), (events) => wasm.startViewing(video, options, events));
}
