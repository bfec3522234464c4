// What the demo says of errors and figures, and what its graphs are drawn from: the files of it that need no browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, behind, bitrate, clock, codecs, time } from "../../www/figures.js";
import { LastMinute, roomFor } from "../../www/last-minute.js";
import { whatEnded, whyNoSource } from "../../www/source-words.js";
import { whyNoBroadcast } from "../../www/words.js";

const thrown = (name, message = "as the browser says it") => Object.assign(new Error(message), { name });

test("each kind of source says of each failure what happened and what to do", () => {
  const names = ["NotAllowedError", "NotFoundError", "NotReadableError", "NotSupportedError", "AbortError", "OverconstrainedError", "SecurityError"];
  for (const kind of ["camera", "sound"]) {
    for (const name of names) {
      const words = whyNoSource(kind, thrown(name));
      assert.match(words, /^[A-Z].*(camera|microphone).*: .*\.$/, `${kind}, ${name}: ${words}`);
    }
    assert.match(whyNoSource(kind, thrown("NotAllowedError", "Permission denied by system")), /^The system does not let this browser/);
  }
  for (const name of ["NotAllowedError", "NotReadableError", "NotSupportedError"]) assert.match(whyNoSource("screen", thrown(name)), /screen.*: .*\.$/);
  assert.match(whyNoSource("file", thrown("NotSupportedError")), /^This browser cannot play that file: choose/);
  assert.equal(whyNoSource("file", thrown("Error", "no file is chosen")), "No file is chosen.", "what nobody foresaw is a sentence at least");
  for (const words of Object.values(whatEnded)) assert.match(words, /: .*\.$/);
});

test("what goes wrong with the relay is said for people", () => {
  const replaced = Object.assign(thrown("AbortError", "replaced (close code 4409)"), { code: 4409 });
  assert.match(whyNoBroadcast(replaced), /^Somebody else has begun to broadcast under this name/);
  const silent = thrown("TimeoutError", "no relay answered at ws://host within 10000 ms; check that it runs there and that url names it");
  assert.equal(whyNoBroadcast(silent), "The relay does not answer: check that it runs and that this device is online, then try again.");
  assert.match(whyNoBroadcast(thrown("TypeError", 'name "a b": …')), /^No broadcast can have this name: take letters/);
  assert.equal(whyNoBroadcast(thrown("NotAllowedError", "the token is too old; get a new one")), "The token is too old; get a new one.");
});

test("figures are written as a person would", () => {
  assert.deepEqual([bitrate(999_400), bitrate(2_540_000)], ["999 kbit/s", "2.5 Mbit/s"]);
  assert.deepEqual([time(null), time(249.6), time(1250)], ["–", "250 ms", "1.3 s"]);
  const believed = [0, 240].map((latency) => behind({ latency, clockTrusted: true }));
  const doubted = [null, 0, 240].map((latency) => behind({ latency, clockTrusted: false }));
  assert.deepEqual([believed, doubted], [["0 ms", "240 ms"], ["–", "clocks differ", "–"]]);
  assert.deepEqual([clock(7), clock(61), clock(3723)], ["0:07", "1:01", "1:02:03"]);
  assert.deepEqual([ago(1), ago(130)], ["1 second ago", "2 minutes 10 seconds ago"]);
  assert.deepEqual([codecs("video/webm;codecs=vp8,opus"), codecs(null)], ["vp8, opus", "–"]);
});

test("the last minute forgets what is older, and its scale fits", () => {
  const minute = new LastMinute();
  assert.equal(minute.range(0), null);
  for (let at = 0; at <= 90_000; at += 1000) minute.add(at, [at === 40_000 ? null : at / 1000]);
  const [seconds, values] = minute.columns(90_000, 0);
  assert.deepEqual([seconds[0], seconds.at(-1), values[0], values[10], values.at(-1)], [-60, 0, 30, null, 90]);
  assert.deepEqual(minute.range(0), { least: 30, most: 90 });
  assert.deepEqual([roomFor(0, 100), roomFor(100, 100), roomFor(101, 100), roomFor(3, 1), roomFor(7, 1)], [100, 100, 200, 5, 10]);
});
