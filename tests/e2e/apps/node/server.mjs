// A page that is rendered on a server imports the package there too. This notes what that import does.

const noted = [];

/** What a server has not: to look at it would be an error, or a wrong guess. */
for (const name of ["window", "self", "document", "location", "HTMLElement", "HTMLVideoElement", "MediaRecorder", "MediaSource"]) {
  Object.defineProperty(globalThis, name, { configurable: true, get: () => void noted.push(name) });
}
const note = (object, name) => {
  const real = object[name];
  object[name] = (...args) => (noted.push(name), real(...args));
};
note(globalThis, "fetch");
for (const name of ["compile", "compileStreaming", "instantiate", "instantiateStreaming"]) note(WebAssembly, name);

const { startViewing, ...others } = await import("blobcast");
const atImport = [...noted];

/** A call that runs here by mistake. */
const error = await startViewing({}, { url: "ws://127.0.0.1:8080", name: "lobby" }).catch((error) => error);

console.log(JSON.stringify({ names: Object.keys(others).sort(), atImport, error: `${error.name}: ${error.message}`, later: noted }));
