// Media that no decoder takes, where tests/e2e/damaged_media.test.mjs has not looked.

import { test } from "node:test";
import { launchChromium, launchFirefox } from "../e2e/harness/browser.mjs";
import { assertCostsOneSegment, assertEndsClearly } from "../e2e/harness/damaged.mjs";

const CHROMIUM = { launch: launchChromium, browser: "Chromium" };
const FIREFOX = { launch: launchFirefox, browser: "Firefox" };

for (const viewer of [{ ...FIREFOX, mode: "auto" }, { ...FIREFOX, mode: "glue" }]) {
  test(`${viewer.browser} in mode ${viewer.mode}: a segment that cannot be decoded from its middle on`, { timeout: 90_000 }, (t) =>
    assertCostsOneSegment(t, viewer));
}

// Not Firefox in mode `mse`: it takes what has no keyframe for nothing at all, without an error, and its viewers keep the last picture.
for (const viewer of [{ ...CHROMIUM, mode: "mse" }, { ...CHROMIUM, mode: "glue" }]) {
  test(`${viewer.browser} in mode ${viewer.mode}: nothing can be decoded any more`, { timeout: 90_000 }, (t) => assertEndsClearly(t, viewer));
}
