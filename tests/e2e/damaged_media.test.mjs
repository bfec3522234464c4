// Media that no decoder takes, in the middle of a broadcast that is fine otherwise. Other browsers and modes: tests/faults.

import { test } from "node:test";
import { launchChromium } from "./harness/browser.mjs";
import { assertCostsOneSegment, assertEndsClearly } from "./harness/damaged.mjs";
import { shortOrLong } from "./harness/length.mjs";

const CHROMIUM = { launch: launchChromium, browser: "Chromium" };

for (const mode of shortOrLong(["auto", "realtime"], ["auto", "glue", "realtime"])) {
  test(`in mode ${mode}, a segment that cannot be decoded from its middle on costs no more than itself`, { timeout: 90_000 }, (t) =>
    assertCostsOneSegment(t, { ...CHROMIUM, mode }));
}

test("in mode auto, when nothing can be decoded any more, that is a clear error and the end", { timeout: 90_000 }, (t) =>
  assertEndsClearly(t, { ...CHROMIUM, mode: "auto" }));
