// What a test can broadcast.

import { BITS_PER_ROW, encode } from "./barcode.js";

const WIDTH = 640;
const HEIGHT = 360;
const CELL = WIDTH / BITS_PER_ROW;
const SPARKS = 60;

const microphone = () => navigator.mediaDevices.getUserMedia({ audio: true });

export const sources = {
  /** The camera and the microphone. */
  camera: () => navigator.mediaDevices.getUserMedia({ video: { width: WIDTH, height: HEIGHT, frameRate: 30 }, audio: true }),

  /** A canvas that says in every frame which one it is and when it was drawn; with the microphone. */
  barcodes: async () => new MediaStream([...barcodes().getTracks(), ...(await microphone()).getTracks()]),

  /** The same over sparks, which take more bits than a recorder is given: its bitrate is what it was asked for. */
  sparks: async () => new MediaStream([...barcodes(1000 / 30, drawSparks).getTracks(), ...(await microphone()).getTracks()]),

  /** The same with a steady tone of 1 kHz. */
  barcodesAndTone: () => new MediaStream([...barcodes().getTracks(), ...tone().getTracks()]),

  /** A new picture every so many milliseconds; without them, one that stands still. */
  slides: (every) => barcodes(every ?? Infinity),

  slidesAndTone: (every) => new MediaStream([...barcodes(every ?? Infinity).getTracks(), ...tone().getTracks()]),
};

function barcodes(every = 1000 / 30, drawMore) {
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  drawForever(canvas.getContext("2d", { alpha: false }), every, drawMore);
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

/** A few hundred squares, elsewhere in every frame, below the bar code. */
function drawSparks(context) {
  for (let i = 0; i < SPARKS; i++) {
    context.fillStyle = `hsl(${Math.random() * 360} 80% 50%)`;
    context.fillRect(Math.random() * WIDTH, 4 * CELL + Math.random() * (HEIGHT - 4 * CELL), 12, 12);
  }
}

function drawForever(context, every, drawMore = () => {}) {
  let number = 0;
  const draw = () => {
    // Something that moves, so that it is a video and not a still.
    context.fillStyle = `hsl(${number % 360} 60% 50%)`;
    context.fillRect(0, 0, WIDTH, HEIGHT);
    drawMore(context);
    encode({ number, time: Date.now() }).forEach((bit, i) => {
      context.fillStyle = bit ? "white" : "black";
      context.fillRect((i % BITS_PER_ROW) * CELL, Math.floor(i / BITS_PER_ROW) * CELL, CELL, CELL);
    });
    number++;
  };
  draw();
  if (every < Infinity) setInterval(draw, every);
}
