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

/** The state, the events and the end that recordings and viewings have in common. */
class Handle extends EventTarget {
  #core;

  /** Starts the core with this object as the target of its events. */
  async start(begin) {
    await load();
    this.#core = await begin(this);
    return this;
  }

  get state() {
    return this.#core.state;
  }

  stats() {
    return this.#core.stats();
  }

  async stop() {
    await this.#core.stop();
  }
}

export class Recording extends Handle {}

export class Viewing extends Handle {}

export function startRecording(mediaStream, options) {
  return new Recording().start((events) => wasm.startRecording(mediaStream, options, events));
}

export function startViewing(video, options) {
  return new Viewing().start((events) => wasm.startViewing(video, options, events));
}
