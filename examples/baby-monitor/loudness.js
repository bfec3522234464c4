// How loud a video is.

/** At 48 kHz these are 170 ms: more than from one look to the next, so that nothing is missed. */
const SAMPLES = 8192;

/**
 * Leads the sound of a video through an AudioContext. `level()` tells how loud it is, in dB: 0 is the loudest that there is, -Infinity
 * silence. `volume` is how much of it is heard, which changes nothing of the level.
 *
 * Firefox leaves out a third of the pictures of a video whose sound goes this way, which a sleeping child does not mind.
 */
export function meter(video, context) {
  const analyser = new AnalyserNode(context, { fftSize: SAMPLES });
  const volume = new GainNode(context);
  context.createMediaElementSource(video).connect(analyser).connect(volume).connect(context.destination);
  const samples = new Float32Array(SAMPLES);
  return {
    volume: volume.gain,
    level() {
      analyser.getFloatTimeDomainData(samples);
      return 10 * Math.log10(samples.reduce((sum, sample) => sum + sample ** 2, 0) / SAMPLES);
    },
  };
}
