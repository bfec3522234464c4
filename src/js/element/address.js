// Where a broadcast is, as its attributes say.

/**
 * The options `url` and `name`. `src` says both: `wss://host/lobby` is the broadcast `lobby` of the relay `wss://host`. A relay under
 * a path takes two attributes: `url` (or `src`) for the relay, and `name`. `null` where none of them is there.
 */
export function address({ src, url, name }, base) {
  const relay = url ?? src;
  if (relay == null) return null;
  if (url != null || name != null) return { url: absolute(relay, base)?.href ?? relay, name: name ?? "" };
  const both = absolute(src, base);
  if (!both) return { url: src, name: "" }; // the call says what it takes
  return { url: `${both.protocol}//${both.host}`, name: both.pathname.replace(/^\/+|\/+$/g, "") };
}

function absolute(text, base) {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}
