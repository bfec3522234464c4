// A broadcasting page in the background, where browsers slow the page's timers down: to one tick in a second, and after a while to one in
// a minute, but not in a page that has a MediaStream or is heard, and so never a broadcaster's (Chromium 156).

import { test } from "node:test";
import { assertRhythm } from "./harness/hidden.mjs";
import { shortOrLong } from "./harness/length.mjs";

test("a hidden broadcaster keeps its rhythm", { timeout: 120_000 }, (t) => assertRhythm(t, { seconds: shortOrLong(20, 40), interval: 1000 }));
