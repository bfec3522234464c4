// ffmpeg broadcasts by `blobcast-relay publish`, and a browser watches.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { relayProgram } from "../../scripts/relay.mjs";
import { launchChromium } from "./harness/browser.mjs";
import { defer } from "./harness/cleanup.mjs";
import { HEIGHT, WIDTH } from "./harness/match.mjs";
import { logOf, openBare, relayFor, statsOf, until, untilState, view } from "./harness/pages.mjs";
import { pictures } from "./harness/pictures.mjs";

/** Each picture is so many bars, white or black: its number, the lowest bit first. */
const BARS = 8;

/** How far apart two numbers are on the circle of all of them. */
const NUMBERS = 2 ** BARS;

const counting = `geq=lum='if(mod(floor(N/pow(2,floor(X*${BARS}/W))),2),235,16)':cb=128:cr=128`;

for (const [codec, options] of [
  ["vp8", ["libvpx", "-deadline", "realtime", "-cpu-used", "8"]],
  ["vp9", ["libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]],
]) {
  test(`Chromium shows what ffmpeg sends as ${codec}, each picture in its turn, over restarts, until it ends`, { timeout: 60_000 }, async (t) => {
    const relay = await relayFor(t);
    const viewer = await openBare(await launchChromium(t), relay);
    const broadcast = broadcasting(t, relay, options);
    await view(viewer);
    await untilState(viewer, "viewing", "live");
    const { segment } = await statsOf(viewer, "viewing");

    const numbers = (await pictures(viewer, 120)).map(({ luma }) => numberIn(luma));
    const steps = numbers.slice(1).map((number, i) => (number - numbers[i] + NUMBERS) % NUMBERS);
    const passedOver = steps.reduce((sum, step) => sum + Math.max(0, step - 1), 0);
    t.diagnostic(JSON.stringify({ passedOver, longest: Math.max(...steps) }));
    assert.ok(Math.max(...steps) < NUMBERS / 2, `no picture comes after a later one: ${numbers.join(" ")}`);
    assert.ok(passedOver < 12, `${passedOver} of 120 pictures were passed over`);
    await until(viewer, (segment) => viewing.stats().segment >= segment + 2_000_000, segment);
    const stats = await statsOf(viewer, "viewing");
    assert.match(stats.mimeType, new RegExp(`${codec},opus`));
    assert.deepEqual((await logOf(viewer, "viewing")).errors, []);

    broadcast.kill("SIGINT");
    assert.deepEqual(await once(broadcast, "exit"), [0, null]);
    await untilState(viewer, "viewing", "ended");
  });
}

/** ffmpeg at the pace of life, and what sends it. */
function broadcasting(t, relay, [codec, ...options]) {
  const input = ["-re", "-f", "lavfi", "-i", `color=size=256x144:rate=30,${counting}`, "-f", "lavfi", "-i", "sine"];
  const output = ["-c:v", codec, ...options, "-g", "30", "-c:a", "libopus", "-cluster_time_limit", "100", "-f", "webm", "-"];
  const ffmpeg = spawn("ffmpeg", ["-nostdin", "-v", "error", ...input, ...output], { stdio: ["ignore", "pipe", "ignore"] });
  const publish = spawn(relayProgram, ["publish", "-", "--name", "lobby", "--url", relay.wsUrl, "--interval", "1s"], {
    stdio: [ffmpeg.stdout, "ignore", "inherit"],
  });
  defer(t, async () => {
    ffmpeg.kill("SIGKILL");
    publish.kill("SIGKILL");
  });
  return publish;
}

function numberIn(luma) {
  const bars = Array.from({ length: BARS }, (_, bar) => luma[(HEIGHT >> 1) * WIDTH + ((bar + 0.5) * WIDTH) / BARS] > 128);
  return bars.reduce((number, isWhite, bit) => number + (isWhite ? 2 ** bit : 0), 0);
}
