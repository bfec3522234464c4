// What wakes somebody: sound, vibration and a notification, as far as a browser permits each.

/** From one ring to the next, ms. */
const PAUSE = 1500;
/** A ring is two tones: each a frequency, Hz, and when it begins, s. */
const TONES = [[880, 0], [660, 0.25], [880, 0.5]];
const LENGTH = 0.2;

export class Bell {
  #context;
  #rang = -Infinity;

  constructor(context) {
    this.#context = context;
  }

  /** Rings unless it has just rung: to be called again and again, with the time in ms. */
  ring(now) {
    if (now - this.#rang < PAUSE) return;
    this.#rang = now;
    navigator.vibrate?.([400, 100, 400]);
    for (const [frequency, begin] of TONES) {
      const tone = new OscillatorNode(this.#context, { type: "triangle", frequency });
      tone.connect(this.#context.destination);
      tone.start(this.#context.currentTime + begin);
      tone.stop(this.#context.currentTime + begin + LENGTH);
    }
  }
}

/** Shows it outside of the page too, once the person has permitted that. */
export function notify(words) {
  if (globalThis.Notification?.permission !== "granted") return;
  try {
    new Notification(words, { tag: "baby-monitor", requireInteraction: true });
  } catch {
    // Chrome on Android takes them from service workers only. https://crbug.com/481856
  }
}
