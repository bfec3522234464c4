// `init`: where the WebAssembly module may come from, and what is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { openBare, relayFor } from "./harness/pages.mjs";

/** The console tells of a file that is not there, or is no module. */
const NOT_LOADED = /404|WebAssembly/;

test("the module comes from where init says", { timeout: 120_000 }, async (t) => {
  const relay = await relayFor(t);
  const chromium = await launchChromium(t);

  /** Runs this in a page of its own: what it returns, and which addresses the module was fetched from. */
  async function inPage(task) {
    const page = await openBare(chromium, relay, { expects: NOT_LOADED });
    await page.evaluate(() => {
      window.wasm = "/blobcast/blobcast_bg.wasm";
      window.afterwards = () => refusal(startViewing({}, here())); // a TypeError of the module: it is loaded and works
    });
    const result = await page.evaluate(task);
    const fetched = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.includes("wasm")));
    await page.close();
    return { result, fetched: fetched.map((url) => url.replace(relay.url, "/")) };
  }

  const loaded = (error) => assert.match(error.message, /^video takes /, error.message);

  await t.test("from beside the script, when nothing is said", async () => {
    const { result, fetched } = await inPage(() => afterwards());
    loaded(result);
    assert.deepEqual(fetched, ["/blobcast/blobcast_bg.wasm"]);
  });

  await t.test("not at import", async () => {
    const { fetched } = await inPage(() => {});
    assert.deepEqual(fetched, []);
  });

  await t.test("early, when init is called without a source", async () => {
    const { fetched } = await inPage(() => blobcast.init());
    assert.deepEqual(fetched, ["/blobcast/blobcast_bg.wasm"]);
  });

  await t.test("from a URL as text, or as a URL", async () => {
    const text = await inPage(async () => (await blobcast.init(`${wasm}?text`), afterwards()));
    loaded(text.result);
    assert.deepEqual(text.fetched, ["/blobcast/blobcast_bg.wasm?text"]);
    const url = await inPage(async () => (await blobcast.init(new URL(`${wasm}?url`, location)), afterwards()));
    loaded(url.result);
    assert.deepEqual(url.fetched, ["/blobcast/blobcast_bg.wasm?url"]);
  });

  await t.test("from a Response, bytes, a view of bytes, or a compiled module", async () => {
    for (const task of [
      async () => (await blobcast.init(await fetch(wasm)), afterwards()),
      async () => (await blobcast.init(await (await fetch(wasm)).arrayBuffer()), afterwards()),
      async () => (await blobcast.init(new Uint8Array(await (await fetch(wasm)).arrayBuffer())), afterwards()),
      async () => (await blobcast.init(await WebAssembly.compileStreaming(fetch(wasm))), afterwards()),
    ]) {
      const { result, fetched } = await inPage(task);
      loaded(result);
      assert.deepEqual(fetched, ["/blobcast/blobcast_bg.wasm"], task.toString());
    }
  });

  await t.test("once, however often it is called", async () => {
    const { result, fetched } = await inPage(async () => {
      const first = `${wasm}?first`;
      await Promise.all([blobcast.init(first), blobcast.init(first), blobcast.init()]);
      await blobcast.init(first);
      return afterwards();
    });
    loaded(result);
    assert.deepEqual(fetched, ["/blobcast/blobcast_bg.wasm?first"]);
  });

  await t.test("from the first source: another one is refused, while it loads and afterwards", async () => {
    const { result, fetched } = await inPage(async () => {
      const first = blobcast.init(`${wasm}?first`);
      const during = await refusal(blobcast.init(`${wasm}?second`));
      await first;
      const after = await refusal(blobcast.init(new ArrayBuffer(8)));
      return { during, after, works: await afterwards() };
    });
    for (const error of [result.during, result.after]) {
      assert.equal(error.name, "InvalidStateError");
      assert.match(error.message, /another source.*call it once, before all else/);
    }
    loaded(result.works);
    assert.deepEqual(fetched, ["/blobcast/blobcast_bg.wasm?first"]);
  });

  await t.test("from nothing else: that is a TypeError", async () => {
    const { result, fetched } = await inPage(() => {
      const wrong = [7, null, true, {}, [], () => wasm, new Blob([]), new Request(wasm), fetch("/"), Symbol("wasm")];
      return Promise.all(wrong.map((source) => refusal(blobcast.init(source))));
    });
    assert.equal(result.length, 10);
    for (const error of result) {
      assert.equal(error?.name, "TypeError");
      assert.match(error.message, /^source takes a URL, a Response, the module's bytes or a WebAssembly.Module/);
    }
    assert.match(result[8].message, /await the promise first$/);
    assert.deepEqual(fetched, []);
  });

  await t.test("a file that is not there is named, and the next call tries again", async () => {
    const { result } = await inPage(async () => {
      const missing = await refusal(blobcast.init("/nowhere.wasm"));
      const again = await refusal(startViewing(video, here()));
      const page = await refusal(blobcast.init("/bare.html"));
      const bytes = await refusal(blobcast.init(new ArrayBuffer(8)));
      await blobcast.init(wasm);
      return { missing, again, page, bytes, works: await afterwards() };
    });
    for (const [kind, place] of [["missing", "/nowhere.wasm"], ["again", "/nowhere.wasm"], ["page", "/bare.html"], ["bytes", "what init was given"]]) {
      assert.equal(result[kind].name, "NetworkError", kind);
      assert.match(result[kind].message, new RegExp(`did not load from ${place}: serve blobcast_bg.wasm there, or tell init where it is`), kind);
    }
    loaded(result.works);
  });
});
