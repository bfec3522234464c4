// What happened in the last minute, for graphs. Pure: times come from outside, in ms.

export const SPAN = 60; // s

export class LastMinute {
  #samples = [];

  /** `values` are numbers, or `null` where something is not known. */
  add(at, values) {
    this.#samples.push({ at, values });
    const from = at - SPAN * 1000;
    while (this.#samples[0].at < from) this.#samples.shift();
  }

  /** Seconds before `now`, as numbers up to 0, and the values of one kind then. */
  columns(now, index) {
    const seconds = this.#samples.map(({ at }) => (at - now) / 1000);
    return [seconds, this.#samples.map(({ values }) => values[index])];
  }

  /** The least and the most of one kind; `null` where nothing is known. */
  range(index) {
    const known = this.#samples.map(({ values }) => values[index]).filter((value) => value !== null);
    return known.length ? { least: Math.min(...known), most: Math.max(...known) } : null;
  }
}

/** What a scale goes up to so that this much fits: 1, 2 or 5 with noughts. */
export function roomFor(most, atLeast) {
  const wanted = Math.max(most, atLeast);
  const power = 10 ** Math.floor(Math.log10(wanted));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= wanted);
}
