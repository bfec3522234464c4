/** An error of the kind that `name` says, as those of the WebAssembly module are. */
export const failure = (name, message, options) => Object.assign(new Error(message, options), { name });
