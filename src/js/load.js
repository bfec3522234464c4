// The WebAssembly module: where it comes from, and that it loads once.
import instantiate from "./blobcast.js";
import { failure } from "./failure.js";

/** What `init` was given, URLs as text; `undefined` is the file beside this one. */
let source;
/** The promise of the module while it loads and when it has loaded. */
let loading;

/** Loads the module, from `given` if that is not undefined. */
export async function init(given) {
  if (given !== undefined) choose(given);
  await load();
}

/** Loads the module once; a load that failed is tried again by the next call. */
export function load() {
  loading ??= fetchAndStart().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

function choose(given) {
  const takes = [URL, Response, ArrayBuffer, WebAssembly.Module];
  if (typeof given !== "string" && !ArrayBuffer.isView(given) && !takes.some((kind) => given instanceof kind)) {
    const hint = given instanceof Promise ? ": await the promise first" : "";
    throw new TypeError(`source takes a URL, a Response, the module's bytes or a WebAssembly.Module${hint}`);
  }
  const chosen = given instanceof URL ? given.href : given;
  if (!loading) source = chosen;
  else if (chosen !== source) {
    throw failure("InvalidStateError", "init was given another source when the module was loading already: call it once, before all else");
  }
}

async function fetchAndStart() {
  // Bundlers find the file by this expression, and take it along.
  const from = source ?? new URL("./blobcast_bg.wasm", import.meta.url).href;
  try {
    await instantiate({ module_or_path: from });
  } catch (cause) {
    const place = typeof from === "string" ? from : from.url || "what init was given";
    const advice = "serve blobcast_bg.wasm there, or tell init where it is";
    throw failure("NetworkError", `the WebAssembly module did not load from ${place}: ${advice} (${cause.message})`, { cause });
  }
}
