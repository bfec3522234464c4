// A fleet: real relays that share their broadcasts by a real NATS server.

import { startNats } from "../../../scripts/nats.mjs";
import { defer } from "./cleanup.mjs";
import { relayFor } from "./pages.mjs";

/** So many relays of one fleet, until the test ends. */
export async function fleetFor(t, count) {
  const nats = await startNats();
  defer(t, nats.stop);
  return Promise.all(Array.from({ length: count }, () => relayFor(t, "--nats", nats.url)));
}
