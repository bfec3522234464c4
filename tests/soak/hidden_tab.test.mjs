// `npm run soak`: does a broadcaster whose page is in the background for ten minutes keep its rhythm?
// MINUTES=2 makes it shorter.

import { test } from "node:test";
import { assertRhythm } from "../e2e/harness/hidden.mjs";

const MINUTES = Number(process.env.MINUTES ?? 10);

test(`a broadcaster that is hidden for ${MINUTES} minutes keeps its rhythm`, { timeout: (MINUTES + 2) * 60_000 }, (t) =>
  assertRhythm(t, { seconds: MINUTES * 60, interval: 2000 }));
