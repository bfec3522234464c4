// What a video really sounds like: its loudness, read from the sound that the browser plays.

/** Loudness is read over this time, in ms. */
const STEP = 10;

/** The page is told so many at once. */
const TOLD = 20;

/** Reads the loudness (root mean square, 0 to 1) of every 10 ms from now on, into `levels`. */
export async function hear(video) {
  const context = new AudioContext();
  context.resume();
  const frames = Math.round((context.sampleRate * STEP) / 1000);
  const worklet = `registerProcessor("loudness", class extends AudioWorkletProcessor {
    sum = 0; count = 0; levels = [];
    process([[channel]]) {
      for (let i = 0; i < 128; i++) {
        this.sum += (channel?.[i] ?? 0) ** 2;
        if (++this.count === ${frames}) {
          this.levels.push(Math.sqrt(this.sum / this.count));
          if (this.levels.length === ${TOLD}) this.port.postMessage(this.levels.splice(0));
          this.sum = this.count = 0;
        }
      }
      return true;
    }
  });`;
  const url = URL.createObjectURL(new Blob([worklet], { type: "text/javascript" }));
  await context.audioWorklet.addModule(url);
  URL.revokeObjectURL(url);
  const loudness = new AudioWorkletNode(context, "loudness");
  const levels = [];
  loudness.port.onmessage = ({ data }) => levels.push(...data);
  const capture = video.captureStream ?? video.mozCaptureStream;
  const stream = capture.call(video);
  let source;
  const connect = () => {
    if (stream.getAudioTracks().length === 0) return;
    source?.disconnect();
    source = context.createMediaStreamSource(new MediaStream(stream.getAudioTracks().slice(-1)));
    source.connect(loudness);
  };
  stream.addEventListener("addtrack", connect);
  connect();
  return { levels, stepMs: STEP, state: () => context.state };
}
