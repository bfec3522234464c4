// The relay's own TLS, as browsers know it: a page that is not on loopback gets the camera only by https.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { test } from "node:test";
import { fingerprint, makeCertificate } from "../../scripts/certificate.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { logOf, openBare, record, relayFor, until, untilState, view } from "./harness/pages.mjs";

const HOST = "live.example";

test("a camera is broadcast and watched by https and wss", { timeout: 60_000 }, async (t) => {
  const { folder, cert, key } = await makeCertificate();
  defer(t, () => rm(folder, { recursive: true }));
  const relay = await relayFor(t, "--open", "--tls-cert", cert, "--tls-key", key);
  const browser = await launchChromium(t, { host: HOST, trusts: await fingerprint(cert) });
  const site = { url: `https://${HOST}:${relay.port}/` };
  const broadcaster = await openBare(browser, site);
  assert.equal(await broadcaster.evaluate(() => isSecureContext), true);
  await record(broadcaster, "camera");
  const viewer = await openBare(browser, site);
  await view(viewer);
  await untilState(viewer, "viewing", "live");
  await until(viewer, () => video.currentTime > 2);
  assert.deepEqual((await logOf(viewer, "viewing")).errors, []);
  assert.deepEqual((await logOf(broadcaster, "recording")).errors, []);
});
