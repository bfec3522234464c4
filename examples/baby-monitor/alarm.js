// When to alarm. Pure: levels and states come in, reasons go out. alarm.test.mjs tries it.

/** A slammed door is no cry: it is loud only after so long above the threshold, ms. */
const ATTACK = 300;
/** Who cries takes a breath: it is quiet only after so long, ms. */
const RELEASE = 4000;
/** What was loud is quiet when it is this far below the threshold, dB. */
const HYSTERESIS = 6;
/** Without sound for so long, ms, nobody listens any more, whatever the connection says. */
const PATIENCE = 5000;

export const QUIET = { isLoud: false, since: null };

/** What is known of the noise, one level later. `level` and `threshold` are in dB, `now` in ms. */
export function hear({ isLoud, since }, level, threshold, now) {
  const turns = isLoud ? level < threshold - HYSTERESIS : level >= threshold;
  if (!turns) return { isLoud, since: null };
  since ??= now;
  const isOver = now - since >= (isLoud ? RELEASE : ATTACK);
  return isOver ? { isLoud: !isLoud, since: null } : { isLoud, since };
}

/**
 * Why to alarm: `loud`, or why the nursery is not heard any more; or null. `state` is the viewing's, `deafFor` the time since sound
 * was heard last, ms, and `wasLive` tells a nursery that is gone from one that is not there yet.
 */
export function reasonFor({ state, wasLive, isLoud, deafFor }) {
  if (state === "live") return deafFor > PATIENCE ? "deaf" : isLoud ? "loud" : null;
  if (state === "reconnecting" && deafFor <= PATIENCE) return null; // what a moment's loss leaves unheard is no reason to wake anybody
  return wasLive ? state : null;
}
