// What a page imports. It loads the WebAssembly module on first use and makes its handles EventTargets.
import init, * as wasm from "./blobcast.js";

let loading;

/** Loads the module once; a load that failed is tried again by the next call. */
function load() {
  loading ??= init({ module_or_path: new URL("./blobcast_bg.wasm", import.meta.url) }).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** Loads the module and starts a core, whose events the handle dispatches. */
async function start(handle, begin) {
  await load();
  cores.set(handle, await begin(handle));
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
