// What a user gets wrong, or a network: each a clear error.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { freePort } from "./harness/free_port.mjs";
import { openBare, relayFor, stateOf, view } from "./harness/pages.mjs";

/** What browsers say about sockets that a test leaves without a relay. */
const REFUSED = /WebSocket connection|Failed to load resource|net::ERR_/;

test("bad input is refused with a clear error", { timeout: 120_000 }, async (t) => {
  const relay = await relayFor(t, "--open"); // to pages of other host names as well
  const page = await openBare(await launchChromium(t), relay, { expects: REFUSED });

  const recording = (options, source = "camera") =>
    page.evaluate(
      async (options, source) => {
        const stream = source === "none" ? new MediaStream() : await sources[source]();
        return refusal(startRecording(stream, here(options)));
      },
      options,
      source,
    );
  const viewing = (options) => page.evaluate((options) => refusal(startViewing(video, here(options))), options);

  /** The error must be a real one, of this name, whose message says this. */
  function assertRefused(error, name, message) {
    assert.ok(error, "not refused");
    assert.equal(error.isError, true);
    assert.equal(error.name, name, error.message);
    assert.match(error.message, message);
  }

  await t.test("a stream without tracks", async () => {
    assertRefused(await recording({}, "none"), "TypeError", /track/);
  });

  await t.test("something that is no stream, no video, no options", async () => {
    const refusals = await page.evaluate(async () => [
      await refusal(startRecording({}, here())),
      await refusal(startViewing(document.body, here())),
      await refusal(startViewing(video)),
    ]);
    assertRefused(refusals[0], "TypeError", /MediaStream/);
    assertRefused(refusals[1], "TypeError", /video/i);
    assertRefused(refusals[2], "TypeError", /options/);
  });

  await t.test("an unknown mode", async () => {
    assertRefused(await viewing({ mode: "fast" }), "TypeError", /mode.*auto.*mse.*glue/);
  });

  await t.test("mode realtime in a browser without WebCodecs", async () => {
    await page.evaluate(() => (window.kept = window.VideoDecoder, delete window.VideoDecoder));
    assertRefused(await viewing({ mode: "realtime" }), "NotSupportedError", /WebCodecs.*realtime.*auto/);
    await page.evaluate(() => (window.VideoDecoder = window.kept));
  });

  for (const name of ["", "a b", "../secret", "a//b", "/a", "ends/", "-x", "x".repeat(65), "a.b", "ü", 7]) {
    await t.test(`the name ${JSON.stringify(name)}`, async () => {
      assertRefused(await recording({ name }), "TypeError", /name/);
      assertRefused(await viewing({ name }), "TypeError", /name/);
    });
  }

  const TAKES = "url takes the relay's address, such as wss://relay.example, or a list of such addresses";
  for (const [url, but] of [
    ["ftp://127.0.0.1", `, and not "ftp://127.0.0.1"`],
    [7, ""],
    [null, ""],
    [[], ""],
    [["wss://relay.example", "wss://"], `, and not "wss://"`],
    [["wss://relay.example", 7], ""],
    [[["wss://relay.example"]], ""],
  ]) {
    await t.test(`the url ${JSON.stringify(url)}`, async () => {
      for (const error of [await recording({ url }), await viewing({ url })]) {
        assertRefused(error, "TypeError", /url/);
        assert.equal(error.message, TAKES + but);
      }
    });
  }

  for (const latency of ["least", "", 10]) {
    await t.test(`the latency ${JSON.stringify(latency)}`, async () => {
      assertRefused(await recording({ latency }), "TypeError", /latency takes "usual" or "low"/);
    });
  }

  for (const restartInterval of [0, 499, 20_001, -1, "4000"]) {
    await t.test(`the restart interval ${JSON.stringify(restartInterval)}`, async () => {
      assertRefused(await recording({ restartInterval }), "TypeError", /restartInterval.*500.*20000/);
    });
  }

  await t.test("a type that nothing here records", async () => {
    assertRefused(await recording({ mimeType: "video/ogg" }), "NotSupportedError", /video\/ogg/);
  });

  await t.test("a relay that is not there", async () => {
    const url = `ws://127.0.0.1:${await freePort()}`;
    const options = { url, connectTimeout: 1500 };
    assertRefused(await recording(options), "TimeoutError", new RegExp(url.slice(5)));
    assertRefused(await viewing(options), "TimeoutError", new RegExp(url.slice(5)));
  });

  await t.test("an origin that the relay does not know", async (t) => {
    const browser = await launchChromium(t, { host: "elsewhere.example" });
    const origin = `http://elsewhere.example:${relay.port}`;
    const foreign = await browser.open(`${origin}/bare.html`, { expects: REFUSED });
    const refusals = await foreign.evaluate(async (url) => {
      const stream = document.createElement("canvas").captureStream();
      return [await refusal(startRecording(stream, here({ url }))), await refusal(startViewing(video, here({ url })))];
    }, relay.wsUrl);
    for (const error of refusals) {
      assertRefused(error, "NotAllowedError", /--allow-origin/);
      assert.ok(error.message.includes(origin), error.message);
    }
  });

  await t.test("a page whose host name was made to point to this machine", async (t) => {
    const strict = await relayFor(t);
    const browser = await launchChromium(t, { host: "elsewhere.example" });
    const rebound = await browser.open(`http://elsewhere.example:${relay.port}/bare.html`, { expects: REFUSED });
    const error = await rebound.evaluate((url) => refusal(startViewing(video, here({ url }))), `ws://elsewhere.example:${strict.port}`);
    assertRefused(error, "NotAllowedError", /^host refused: .* --open \(close code 4403\)$/);
  });

  await t.test("an origin that the relay was told of is let in", async (t) => {
    const origin = "http://elsewhere.example";
    const tolerant = await relayFor(t, "--allow-origin", `${origin}:${relay.port}`);
    const browser = await launchChromium(t, { host: "elsewhere.example" });
    const foreign = await browser.open(`${origin}:${relay.port}/bare.html`);
    await view(foreign, { url: tolerant.wsUrl });
    assert.equal(await stateOf(foreign, "viewing"), "waiting");
  });
});
