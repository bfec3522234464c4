// A sound that says when it was made, to be read back after a lossy codec: a steady tone, whose loudness tells a dropout to the
// millisecond, and a chirp that rises in each second, whose pitch tells the time within the second. A tone alone would be
// blind to whole periods that are missing or come twice.

/** Hz. */
export const TONE = 1000;
/** From where to where the chirp rises in a second, in Hz. Its mean is a whole number, so that it closes without a click. */
export const CHIRP = { from: 2500, to: 5500 };

const LOUDNESS = 0.25;
/** The chirp fades in and out for so long, in seconds: its turn would ring in the codec, and the tone seem to dip. */
const FADE = 0.01;

/** One second, to be looped without a seam. */
export function sweep(sampleRate) {
  return Float32Array.from({ length: sampleRate }, (_, i) => {
    const t = i / sampleRate;
    const cycles = CHIRP.from * t + ((CHIRP.to - CHIRP.from) / 2) * t * t;
    const fade = Math.min(1, t / FADE, (1 - t) / FADE);
    return LOUDNESS * (Math.sin(2 * Math.PI * TONE * t) + fade * Math.sin(2 * Math.PI * cycles));
  });
}
