// A token bucket: so many bytes pass in a second, whoever asks first passes first, and the rate may change at any time.

/** How many ms of its rate a bucket holds: what passes at once after a pause. */
const DEPTH = 20;

export class Bucket {
  #rate = Infinity;
  /** Bytes that may pass; below 0 when something larger than the bucket has passed. */
  #tokens = 0;
  #filled = performance.now();
  #waiting = [];
  #timer = null;

  /** Bytes per second; Infinity is no limit. */
  get rate() {
    return this.#rate;
  }

  set rate(rate) {
    this.#fill();
    this.#rate = rate;
    this.#tokens = Math.min(this.#tokens, 0);
    this.#admit();
  }

  /** Resolves when so many bytes may pass. */
  take(bytes) {
    return new Promise((resolve) => {
      this.#waiting.push({ bytes, resolve });
      if (this.#waiting.length === 1) this.#admit();
    });
  }

  #fill() {
    const now = performance.now();
    const depth = (this.#rate * DEPTH) / 1000;
    this.#tokens = this.#rate === Infinity ? Infinity : Math.min(depth, this.#tokens + (this.#rate * (now - this.#filled)) / 1000);
    this.#filled = now;
  }

  #admit() {
    clearTimeout(this.#timer);
    this.#fill();
    while (this.#waiting.length && this.#tokens > 0) {
      const { bytes, resolve } = this.#waiting.shift();
      this.#tokens -= bytes;
      resolve();
    }
    if (this.#waiting.length && this.#rate > 0) {
      this.#timer = setTimeout(() => this.#admit(), Math.max(1, (-this.#tokens / this.#rate) * 1000));
    }
  }
}
