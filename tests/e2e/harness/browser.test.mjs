import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium, launchFirefox } from "./browser.mjs";

/** Stands in for a test whose end can be looked at. */
function fakeTest() {
  const hooks = [];
  return { after: (hook) => hooks.push(hook), end: () => Promise.all(hooks.map((hook) => hook())) };
}

for (const [name, launch] of Object.entries({ Chromium: launchChromium, Firefox: launchFirefox })) {
  for (const [what, provoke] of Object.entries({
    "an exception": () => void setTimeout(() => { throw new Error("it broke"); }),
    "a rejection": () => void Promise.reject(new Error("it broke")),
    "console.error": () => console.error("it broke"),
  })) {
    test(`${what} in a page of ${name} fails the test`, async () => {
      const inner = fakeTest();
      const browser = await launch(inner);
      const page = await browser.open("data:text/html,");
      const told = new Promise((resolve) => page.once("pageerror", resolve).once("console", resolve));
      await page.evaluate(provoke);
      await told;
      await assert.rejects(inner.end(), /it broke/);
    });
  }

  test(`a page of ${name} may have the problems that its test expects`, async () => {
    const inner = fakeTest();
    const browser = await launch(inner);
    const page = await browser.open("data:text/html,", { expects: /it broke/ });
    await page.evaluate(() => console.error("it broke"));
    await inner.end();
  });

  test(`scripts are injected into a page of ${name} before its own`, async (t) => {
    const browser = await launch(t);
    const page = await browser.open("data:text/html,<script>window.seen = window.early</script>", {
      inject: [() => (window.early = true)],
    });
    assert.equal(await page.evaluate(() => window.seen), true);
  });
}
