// From what was shown to the figures that are judged. Pure: `shown` is as film.mjs gives it, `clock` its clock of content.

/** Content that is passed over counts beyond this much, in ms; it is three frames. */
const UNNOTICED = 100;
const FRAME = 1000 / 30;
/** Two refreshes of the screen, and some jitter. */
const EARLY = 40;

/** The beginning and the end of a run are so long, in ms. */
const END = 10_000;

/**
 * Frames that were drawn and never shown, and the content that viewers missed: for each gap between two frames shown, how far it is
 * beyond 100 ms, at 30 frames a second. `unread` pictures, which may have been shown, are taken off.
 */
export function neverShown(shown) {
  const unread = new Map();
  shown.forEach(({ number }, i) => i > 0 && shown[i].unread && unread.set(number, shown[i].unread));
  const numbers = [...new Set(shown.map(({ number }) => number))].sort((a, b) => a - b);
  const gaps = numbers.slice(1).flatMap((number, i) => {
    const missing = number - numbers[i] - 1 - (unread.get(number) ?? 0);
    if (missing <= 0) return [];
    const { at } = shown.find((picture) => picture.number === number);
    return [{ at, frames: missing, ms: Math.max(0, (missing + 1) * FRAME - UNNOTICED) }];
  });
  return { gaps, frames: sum(gaps, "frames"), ms: sum(gaps, "ms") };
}

/**
 * Pictures out of order: each step back counts, and each repeated picture that is not alone: a frame shown three times, or neighbours
 * that are both shown twice.
 */
export function outOfOrder(shown) {
  const back = shown.filter(({ number }, i) => i > 0 && number < shown[i - 1].number && !wasEarly(shown, i - 1)).length;
  const runs = [];
  for (const { number, again } of shown) {
    if (again && runs.at(-1)?.number === number) runs.at(-1).repeats++;
    else runs.push({ number, repeats: 0 });
  }
  const isRow = (run, i) => run.repeats > 1 || (run.repeats === 1 && (runs[i - 1]?.repeats || runs[i + 1]?.repeats));
  return { back, repeated: sum(runs.filter(isRow), "repeats") };
}

/**
 * On a busy machine, drawing a video gives Firefox's next picture one or two refreshes before it is presented, and then the one that is on
 * screen again (the video counts no presentation meanwhile). That is no step back unless what follows is older than what was before.
 */
function wasEarly(shown, i) {
  const [before, picture, after] = [shown[i - 1], shown[i], shown[i + 1]];
  return picture.drawn && before && after.number >= before.number && after.at - picture.at < EARLY;
}

/** The times between pictures that bring something new, in ms, from `from` to `to`; the broadcaster's own hiccups are taken off. */
export function waits(shown, clock, from, to) {
  const fresh = [];
  for (const picture of shown) if (picture.number > (fresh.at(-1)?.number ?? -1)) fresh.push(picture);
  const waits = fresh.slice(1).map((picture, i) => {
    const { at, number, time, unread } = picture;
    const before = fresh[i];
    const stood = time - before.time - (clock.get(number) - clock.get(before.number)) || 0;
    return { at, ms: Math.max(0, at - before.at - stood) / (unread + 1) };
  });
  const inside = waits.filter(({ at, ms }) => at > from && at - ms < to);
  return [...inside, { at: to, ms: Math.max(0, to - Math.max(from, fresh.at(-1)?.at ?? from)) }];
}

/** Pictures a second that brought something new, with those that could not be read. */
export function rate(shown, from, to) {
  const numbers = new Set(shown.filter(({ at }) => at >= from && at < to).map(({ number }) => number));
  const unread = sum(shown.filter(({ at }) => at >= from && at < to), "unread");
  return ((numbers.size + unread) * 1000) / (to - from);
}

export const latencies = (shown, from, to) =>
  shown.filter(({ at, again }) => !again && at >= from && at < to).map(({ latency }) => latency);

/** A picture is near the live edge when it is no more than this behind the viewing's own steady latency, in ms. */
export const NEAR = 150;

/** The time from a call at `began` to the first picture near the live edge, and the steady latency that this is by: its middle from `from` to `to`. In ms. */
export function joinIn(shown, began, from, to) {
  const steady = quantile(latencies(shown, from, to), 0.5);
  const first = shown.find(({ latency }) => latency <= steady + NEAR);
  return { ms: first ? first.at - began : Infinity, steady };
}

/** By how much the latency has grown, in ms: the middle of the last ten seconds less that of the first ten. */
export const growth = (shown, from, to) =>
  quantile(latencies(shown, to - END, to), 0.5) - quantile(latencies(shown, from, from + END), 0.5);

/** How far the page's own statement of the latency is from what the bar codes say, in ms: the middle of the differences. */
export function statedWrongly(samples, shown) {
  const differences = samples.flatMap(({ at, latency }) => {
    const picture = shown.findLast((picture) => picture.at <= at);
    return picture && latency !== null ? [Math.abs(latency - picture.latency)] : [];
  });
  return quantile(differences, 0.5);
}

/** The breaks from `from` to `to`; one that is there already, or still, counts for what lies inside. */
export const breaksWithin = (breaks, from, to) =>
  breaks
    .filter(({ at, end }) => end >= from && at < to)
    .map(({ at, end, ms, ...rest }) => {
      const outside = Math.max(0, from - at) + Math.max(0, end - to);
      return { ...rest, at: Math.max(at, from), end: Math.min(end, to), ms: Math.max(0, ms - outside) };
    });

/**
 * What is heard broken at each restart, in ms: the mean, and the worst. A break belongs to the restart that it follows, or precedes by up to
 * half a second: pictures and sound come to the joint at different times. What comes before all of them belongs to the first.
 */
export function breaksPerRestart(breaks, restarts) {
  const begins = (i) => (i === 0 ? -Infinity : (restarts[i] ?? Infinity) - 500);
  const each = restarts.map((_, i) => sum(breaks.filter(({ at }) => at >= begins(i) && at < begins(i + 1)), "ms"));
  return { mean: sum(breaks, "ms") / Math.max(1, restarts.length), worst: Math.max(0, ...each) };
}

/** NaN when there is nothing. */
export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] : NaN;
}

const sum = (list, key) => list.reduce((total, item) => total + item[key], 0);
