// What is heard of a video, sample by sample, as a list of Blobs: 16-bit mono, as it comes out of the browser's player.
//
// The video plays into this page's AudioContext, and nowhere else. With captureStream() it would have two clocks: between them Chromium
// leaves out or repeats 1024 samples (23 ms) every few seconds, which nobody hears.

/** Listens to all videos of the page, also to those that come later, until the page is closed. */
export async function listen() {
  const context = new AudioContext({ latencyHint: "playback" }); // with small buffers a busy machine breaks the sound by itself
  await context.resume();
  const url = URL.createObjectURL(new Blob([`(${worklet})()`], { type: "text/javascript" }));
  await context.audioWorklet.addModule(url);
  URL.revokeObjectURL(url);
  const ear = new AudioWorkletNode(context, "ear");
  const heard = { sampleRate: context.sampleRate, parts: [], start: Infinity, state: () => context.state };
  ear.port.onmessage = ({ data: { samples, frame } }) => {
    if (heard.parts.length === 0) heard.first = frame;
    heard.parts.push(new Blob([samples]));
    // A message may be late, but never early: the earliest tells best when the first sample was heard.
    const began = Date.now() - ((frame + samples.length - heard.first) / context.sampleRate) * 1000;
    heard.start = Math.min(heard.start, began);
  };
  const known = new Set();
  // A muted one is not heard, and would have another clock: tapped, the standby of mode glue made Chromium leave out five times as many pictures.
  const isHeard = (video) => !video.muted && !known.has(video);
  const tap = () => [...document.querySelectorAll("video")].filter(isHeard).forEach((video) => {
    known.add(video); // a video has one source for ever, whatever it plays
    const source = context.createMediaElementSource(video);
    source.connect(ear);
    source.connect(context.destination);
  });
  tap();
  new MutationObserver(tap).observe(document.documentElement, { childList: true, subtree: true });
  return heard;
}

/** Runs in the audio thread. A tenth of a second crosses over at once. */
function worklet() {
  registerProcessor("ear", class extends AudioWorkletProcessor {
    samples = new Int16Array(4736); // 37 blocks of 128
    length = 0;
    process([[channel]]) {
      for (let i = 0; i < 128; i++) this.samples[this.length++] = (channel?.[i] ?? 0) * 32767;
      if (this.length === this.samples.length) {
        this.port.postMessage({ samples: this.samples, frame: currentFrame + 128 - this.length });
        this.length = 0;
      }
      return true;
    }
  });
}
