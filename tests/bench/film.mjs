// A film (pages/filming.js) as the pictures that were shown. Pure.

/** The screen's refresh, in ms: browsers without a screen run at 60 Hz. */
const REFRESH = 1000 / 60;
const FRAME = 1000 / 30;

/**
 * The pictures in the order of their showing: `at` (when), `number`, `time` (of capture), `latency`. `again` says that the same frame was
 * presented as a new picture, `drawn` that it was read by drawing it. `unread` is how many others may have been shown just before, which the page was too
 * busy to read: never more than the video has presented, nor than the screen was refreshed meanwhile.
 */
export function shownIn(rows) {
  const shown = [];
  let before; // the last row that showed this picture
  let missed = 0; // refreshes since then that the page did not see
  rows.forEach((row, i) => {
    if (i > 0) missed += Math.max(0, Math.round((row.at - rows[i - 1].at) / REFRESH) - 1);
    if (row.number === null) return;
    const again = before?.number === row.number && before.surface === row.surface && before.picture !== row.picture;
    if (before?.number !== row.number || again) {
      const presented = before?.surface === row.surface ? row.presented - before.presented - 1 : missed;
      const unread = before ? Math.max(0, Math.min(missed, presented)) : 0;
      shown.push({ at: row.at, number: row.number, time: row.time, latency: latency(row), again, unread, drawn: row.picture === null });
    }
    missed = 0;
    before = row;
  });
  return shown;
}

/** The bar code has the time modulo 2^32. */
const latency = ({ at, time }) => (at % 2 ** 32) - time;

/** The animation frames in which no bar code was on the page, once a first one was. */
export function blankIn(rows) {
  const first = rows.findIndex(({ number }) => number !== null);
  return first < 0 ? rows.length : rows.slice(first).filter(({ number }) => number === null).length;
}

/**
 * The broadcaster's clock of content: from a frame's number to when it was captured, in ms, without the time in which the broadcaster
 * itself drew nothing. `drawn` are its frames.
 */
export function contentClock(drawn) {
  const clock = new Map();
  let stood = 0;
  drawn.forEach(({ number, time }, i) => {
    if (i > 0) stood += Math.max(0, time - drawn[i - 1].time - 1.5 * FRAME);
    clock.set(number, time - stood);
  });
  return clock;
}

/** How evenly the broadcaster drew: frames a second, and the longest time between two, in ms. */
export const drawingOf = (drawn, from, to) => ({
  rate: (drawn.length * 1000) / (to - from),
  gap: Math.max(0, ...drawn.slice(1).map(({ time }, i) => time - drawn[i].time)),
});
