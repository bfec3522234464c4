// What is allowed. Pure. In ms or in pictures; null is reported and not judged.

import { INTERVAL, SIZE } from "./options.mjs";

const LIMITS = {
  mse: { lostFrames: 1, freeze: 100, growth: 50, stated: 40, join: 250, late: 350 },
  glue: { lostFrames: 2, freeze: 150, growth: 200, stated: 100, join: 500, late: INTERVAL + 500 },
  realtime: { lostFrames: 1, freeze: 100, growth: 50, stated: 40, join: 200, late: 110, rate: 29.5, lips: 45, cpu: 1.3 },
};
/** What Chromium is to reach with a picture of 640x360, with sound and without. */
const GOALS = {
  mse: { audio: { p50: 350 }, video: { p50: 250 } },
  realtime: { audio: { p50: 110, p95: 140 }, video: { p50: 65, p95: 85 } },
};
/** The middle of the latency may be so much over the control's. */
const OVER_CONTROL = 30;
/** In mode `glue`: over the restart interval. */
const OVER_INTERVAL = 500;
/** What may be broken in the sound at each restart. */
const SOUND = { handover: 20, keyframe: 0 };

/** Mode `realtime` in Firefox, and in another size, is reported; what nobody may see is judged everywhere. */
export function limitsFor({ mode, viewer = "chromium", audio, size = SIZE, restart = "handover" }, control) {
  const hasGoals = viewer === "chromium" && String(size) === String(SIZE);
  const isReported = mode === "realtime" && !hasGoals;
  const { late, ...limits } = LIMITS[mode];
  return {
    ...(isReported ? {} : limits),
    p50: mode === "glue" ? INTERVAL + OVER_INTERVAL : isReported ? null : control && control.p50 + OVER_CONTROL,
    goals: (hasGoals && GOALS[mode]?.[audio ? "audio" : "video"]) || {},
    // Firefox keeps more than Chromium in mode mse.
    late: hasGoals || mode === "glue" ? late : null,
    sound: mode === "glue" || isReported ? null : SOUND[restart],
  };
}
