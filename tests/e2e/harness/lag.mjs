// A line whose packets come late and get lost, as programs on a TCP connection notice it: bytes come late, never out of order. Pure.

/** What one packet carries, in bytes. */
const PACKET = 1400;

/**
 * `delay` ± `jitter` in ms, and the part of packets that is `lost`. What is lost is sent again after a round trip, and holds back what
 * is behind it.
 */
export class Lag {
  constructor({ delay, jitter, lost, chance }) {
    Object.assign(this, { delay, jitter, lost, chance });
  }

  /**
   * What one connection carries at most, in bytes per second, as it slows down after each loss.
   * <https://www.cs.utexas.edu/~lam/395t/papers/Mathis1998.pdf>
   */
  get rate() {
    return (PACKET * 1000 * Math.sqrt(1.5 / this.lost)) / (2 * this.delay);
  }

  /** When bytes that are sent `now` have come, where those before them come at `before`. */
  due(before, bytes, now) {
    const arrives = this.chance() < (1 - this.lost) ** Math.ceil(bytes / PACKET);
    const way = this.delay + this.jitter * (2 * this.chance() - 1);
    return Math.max(before, now + way + (arrives ? 0 : 2 * this.delay));
  }
}
