// The real relay asks for tokens, and these expire while it is away.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import WebSocket from "ws";
import { startRelay } from "../../scripts/relay.mjs";
import { launchChromium, LOST } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { minter } from "./harness/minter.mjs";
import { logOf, openBare, relayFor, untilState } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";
import { SUBPROTOCOL } from "./harness/sockets.mjs";

const TTL = 5; // s

/** The code that a viewer's socket with this token is closed with. */
async function codeFor(relay, token) {
  const socket = new WebSocket(`${relay.wsUrl}/view/lobby/blob?session=old`, [SUBPROTOCOL, `bearer.${token}`]);
  const [code] = await once(socket, "close");
  return code;
}

test("tokens that expire while the relay is away: both sides ask for fresh ones and go on", { timeout: 90_000 }, async (t) => {
  const { secret, made, mint } = await minter(t, TTL);
  const relay = await relayFor(t, "--token-secret", secret);
  const open = async () => {
    const page = await openBare(await launchChromium(t), relay, { expects: LOST });
    await page.exposeFunction("mint", mint);
    return page;
  };
  const [broadcaster, viewer] = [await open(), await open()];
  await broadcaster.evaluate(() => record("barcodes", { restartInterval: 1000, token: () => mint("publish") }));
  await viewer.evaluate(() => view({ token: () => mint("view") }));
  await pictures(viewer, 10);
  const [old, count] = [made.view.at(-1), { publish: made.publish.length, view: made.view.length }];
  assert.deepEqual(count, { publish: 2, view: 2 }, "one for each socket");

  process.kill(relay.pid, "SIGKILL");
  await relay.exit;
  await untilState(viewer, "viewing", "reconnecting");
  await untilState(broadcaster, "recording", "reconnecting");
  await setTimeout((TTL + 1) * 1000); // this is what the test is about
  const again = await startRelay({
    www: "tests/e2e/pages",
    args: ["--listen", `127.0.0.1:${relay.port}`, "--log", "warn", "--token-secret", secret],
  });
  defer(t, again.stop);
  await untilState(broadcaster, "recording", "live");
  await untilState(viewer, "viewing", "live");
  assert.equal((await pictures(viewer, 30)).length, 30);

  assert.equal(await codeFor(again, old), 4401, "the old one would not have done");
  for (const role of ["publish", "view"]) {
    assert.ok(made[role].length >= count[role] + 2, `${made[role].length} tokens for ${role}`);
  }
  for (const [page, kind] of [[broadcaster, "recording"], [viewer, "viewing"]]) {
    assert.deepEqual((await logOf(page, kind)).errors, []);
  }
});
