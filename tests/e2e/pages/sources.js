// What a test can broadcast.

import { BITS_PER_ROW, encode } from "./barcode.js";

const WIDTH = 640;
const HEIGHT = 360;
const CELL = WIDTH / BITS_PER_ROW;

const microphone = () => navigator.mediaDevices.getUserMedia({ audio: true });

export const sources = {
  /** The camera and the microphone. */
  camera: () => navigator.mediaDevices.getUserMedia({ video: { width: WIDTH, height: HEIGHT, frameRate: 30 }, audio: true }),

  silentCamera: () => navigator.mediaDevices.getUserMedia({ video: { width: WIDTH, height: HEIGHT, frameRate: 30 } }),

  /** A canvas that says in every frame which one it is and when it was drawn; with the microphone. */
  barcodes: async () => new MediaStream([...barcodes().getTracks(), ...(await microphone()).getTracks()]),

  /** The same with a steady tone of 1 kHz. */
  barcodesAndTone: () => new MediaStream([...barcodes().getTracks(), ...tone().getTracks()]),

  /** A new picture every so many milliseconds; without them, one that stands still. */
  slides: (every) => barcodes(every ?? Infinity),

  slidesAndTone: (every) => new MediaStream([...barcodes(every ?? Infinity).getTracks(), ...tone().getTracks()]),
};

function barcodes(every = 1000 / 30) {
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  drawForever(canvas.getContext("2d", { alpha: false }), every);
  return canvas.captureStream(30);
}

function tone() {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  const oscillator = new OscillatorNode(context, { frequency: 1000 });
  oscillator.connect(out);
  oscillator.start();
  return out.stream;
}

function drawForever(context, every) {
  let number = 0;
  const draw = () => {
    // Something that moves, so that it is a video and not a still.
    context.fillStyle = `hsl(${number % 360} 60% 50%)`;
    context.fillRect(0, 0, WIDTH, HEIGHT);
    encode({ number, time: Date.now() }).forEach((bit, i) => {
      context.fillStyle = bit ? "white" : "black";
      context.fillRect((i % BITS_PER_ROW) * CELL, Math.floor(i / BITS_PER_ROW) * CELL, CELL, CELL);
    });
    number++;
  };
  draw();
  if (every < Infinity) setInterval(draw, every);
}
