// How loud a stream is, on a meter.

/** The meter's range, dB: from what is hardly heard to the loudest that there is. */
const QUIETEST = -60;
/** Nothing of a working microphone stays under this, dB, for so long, ms. */
const SILENT = -58;
const SILENT_FOR = 5000;
/** A person who asked for less motion gets a level so often, ms, and a screen reader too. */
const CALMLY = 1000;
/** How fast the bar falls, of its length in a second. */
const FALL = 1.2;

const SILENCE = "Nothing is heard: check that the microphone is on and the right one is chosen.";

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** `meter` is an element with the role of one; `words` says what the bar means. Give `show` a stream, or `null`. */
export function levelMeter(meter, words) {
  let context = null;
  let source = null;
  let analyser = null;
  let samples;
  let told;
  let shown = 0;
  let before = 0;
  let heardAt = 0;

  function show(stream) {
    source?.disconnect();
    source = analyser = null;
    shown = 0;
    const [track] = stream?.getAudioTracks() ?? [];
    if (track) listen(track);
    paint(0);
    announce(QUIETEST);
    words.textContent = stream && !track ? "Without sound." : "";
  }

  function listen(track) {
    context ??= new AudioContext();
    context.resume();
    source = context.createMediaStreamSource(new MediaStream([track]));
    analyser = new AnalyserNode(context, { fftSize: 2048 });
    samples = new Float32Array(analyser.fftSize);
    source.connect(analyser);
    heardAt = before = told = performance.now();
    requestAnimationFrame(look);
  }

  function look(now) {
    if (!analyser) return;
    requestAnimationFrame(look);
    const isTime = now - told >= CALMLY;
    if (calm.matches && !isTime) return;
    analyser.getFloatTimeDomainData(samples);
    const level = decibels(samples);
    shown = Math.max((level - QUIETEST) / -QUIETEST, shown - (FALL * (now - before)) / 1000, 0);
    before = now;
    if (level > SILENT || context.state !== "running") heardAt = now;
    paint(shown);
    if (!isTime) return;
    told = now;
    announce(QUIETEST * (1 - shown));
    words.textContent = now - heardAt > SILENT_FOR ? SILENCE : "";
  }

  const paint = (part) => meter.style.setProperty("--level", part.toFixed(3));

  function announce(level) {
    meter.ariaValueNow = String(Math.round(level));
    meter.ariaValueText = analyser ? `${Math.round(level)} decibels` : "no sound";
  }

  // Browsers hold an AudioContext back until the person has done something on the page.
  for (const type of ["pointerdown", "keydown"]) addEventListener(type, () => context?.state === "suspended" && context.resume());
  return { show };
}

/** The loudest of the samples, dB. */
function decibels(samples) {
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return 20 * Math.log10(Math.max(peak, 1e-6));
}
