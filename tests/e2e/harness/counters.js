// Runs in a page before anything else (see browser.mjs, `inject`) and counts what a library could leave behind:
// constructors and methods are wrapped, `window.counts()` says how many of each are alive. Stands alone, as it crosses over as text.

export function counters() {
  const sockets = new Set();
  const recorders = new Set();
  const workers = new Set();
  const sources = new Set();
  const decoders = new Set();
  const contexts = new Set();
  const urls = new Set();
  const timers = new Set();
  const listeners = new Map(); // target -> Set of keys; held strongly: a forgotten listener stays counted
  const callbackIds = new WeakMap();
  const { addEventListener, removeEventListener } = EventTarget.prototype;

  window.counts = () => ({
    sockets: sockets.size,
    recorders: [...recorders].filter(({ state }) => state !== "inactive").length,
    workers: workers.size,
    sources: [...sources].filter(({ readyState }) => readyState !== "closed").length,
    decoders: [...decoders].filter(({ state }) => state !== "closed").length,
    contexts: [...contexts].filter(({ state }) => state !== "closed").length,
    urls: urls.size,
    timers: timers.size,
    listeners: [...listeners.values()].reduce((sum, keys) => sum + keys.size, 0),
  });

  /** Replaces a global constructor by one that notes what it makes. */
  const wrap = (name, note) => {
    window[name] = new Proxy(window[name], {
      construct(target, args, newTarget) {
        const made = Reflect.construct(target, args, newTarget);
        note(made);
        return made;
      },
    });
  };
  wrap("WebSocket", (socket) => {
    sockets.add(socket);
    addEventListener.call(socket, "close", () => sockets.delete(socket));
  });
  wrap("MediaRecorder", (recorder) => recorders.add(recorder));
  wrap("Worker", (worker) => workers.add(worker));
  const { terminate } = Worker.prototype;
  Worker.prototype.terminate = function () {
    workers.delete(this);
    terminate.call(this);
  };
  wrap("MediaSource", (source) => sources.add(source));
  // Pages that are not secure have none.
  for (const name of ["VideoDecoder", "AudioDecoder"]) if (window[name]) wrap(name, (decoder) => decoders.add(decoder));
  wrap("AudioContext", (context) => contexts.add(context));

  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (object) => {
    const url = createObjectURL.call(URL, object);
    urls.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    urls.delete(url);
    revokeObjectURL.call(URL, url);
  };

  const { setTimeout, setInterval, clearTimeout } = window;
  window.setTimeout = (callback, delay, ...args) => {
    const id = setTimeout(() => {
      timers.delete(id);
      callback(...args);
    }, delay);
    timers.add(id);
    return id;
  };
  window.setInterval = (...args) => {
    const id = setInterval(...args);
    timers.add(id);
    return id;
  };
  window.clearTimeout = window.clearInterval = (id) => {
    timers.delete(id);
    clearTimeout(id); // one pool of ids for both kinds
  };

  // A listener is its target, type, callback and phase: added twice it counts once, as in the DOM.
  const keyOf = (type, callback, options) => {
    if (!callbackIds.has(callback)) callbackIds.set(callback, Math.random());
    return `${type} ${callbackIds.get(callback)} ${Boolean(options?.capture ?? options)}`;
  };
  const forget = (target, key) => {
    listeners.get(target)?.delete(key);
    if (listeners.get(target)?.size === 0) listeners.delete(target);
  };
  EventTarget.prototype.addEventListener = function (type, callback, options) {
    const target = this ?? window;
    addEventListener.call(target, type, callback, options);
    if (!callback || options?.signal?.aborted) return;
    const key = keyOf(type, callback, options);
    if (!listeners.has(target)) listeners.set(target, new Set());
    listeners.get(target).add(key);
    const gone = () => forget(target, key);
    if (options?.once) addEventListener.call(target, type, gone, { once: true });
    if (options?.signal) addEventListener.call(options.signal, "abort", gone, { once: true });
  };
  EventTarget.prototype.removeEventListener = function (type, callback, options) {
    const target = this ?? window;
    removeEventListener.call(target, type, callback, options);
    if (callback) forget(target, keyOf(type, callback, options));
  };
}
