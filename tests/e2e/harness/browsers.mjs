// The browsers of a test that runs in each, and in its short form (length.mjs) in one. Apart from length.mjs, which `npm test` itself
// loads before anything is installed.

import { launchChromium, launchFirefox } from "./browser.mjs";
import { isLong } from "./length.mjs";

/** What launches a browser, by its name: in the short form Chromium alone, where another test has the same in Firefox. */
export const BROWSERS = { Chromium: launchChromium, ...(isLong && { Firefox: launchFirefox }) };
