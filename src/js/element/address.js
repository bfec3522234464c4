// Where a broadcast is, as its attributes say.

/**
 * The options `url` and `name`. `src` says both: `wss://host/lobby` is the broadcast `lobby` of the relay `wss://host`. A relay under
 * a path takes two attributes: `url` (or `src`) for the relay, and `name`; so do several relays, with spaces between them. `null` where
 * none of them is there.
 */
export function address({ src, url, name }, base) {
  const relay = url ?? src;
  if (relay == null) return null;
  if (url != null || name != null) {
    const relays = relay.trim().split(/\s+/).map((relay) => absolute(relay, base)?.href ?? relay);
    return { url: relays.length > 1 ? relays : relays[0], name: name ?? "" };
  }
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
