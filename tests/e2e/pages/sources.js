// What a test can broadcast.

import { CODE_HEIGHT, drawFrame, HEIGHT, newCanvas, WIDTH } from "./frames.js";
import { drawSparks } from "./sparks.js";
import { timedFrames, timedSound } from "./timed.js";

const microphone = () => navigator.mediaDevices.getUserMedia({ audio: true });

export const sources = {
  /** The camera and the microphone. */
  camera: () => navigator.mediaDevices.getUserMedia({ video: { width: WIDTH, height: HEIGHT, frameRate: 30 }, audio: true }),

  silentCamera: () => navigator.mediaDevices.getUserMedia({ video: { width: WIDTH, height: HEIGHT, frameRate: 30 } }),

  /** A canvas that says in every frame which one it is and when it was drawn; with the microphone. */
  barcodes: async () => new MediaStream([...barcodes().getTracks(), ...(await microphone()).getTracks()]),

  /** The same over sparks, which take more bits than a recorder is given: its bitrate is what it was asked for. */
  sparks: async () => new MediaStream([...barcodes(1000 / 30, newCanvas(), drawSparks).getTracks(), ...(await microphone()).getTracks()]),

  /** The same with a steady tone of 1 kHz. */
  barcodesAndTone: () => new MediaStream([...barcodes().getTracks(), ...tone().getTracks()]),

  /** The same with a sound of which nothing comes, until `resumeSound()`. */
  barcodesAndSilence: async () => {
    const sound = tone();
    await lastSound.suspend();
    return new MediaStream([...barcodes().getTracks(), ...sound.getTracks()]);
  },

  /** Bar codes, and below them nothing but one dark colour. */
  dark: () => barcodes(1000 / 30, newCanvas(), drawDark),

  /** Bar codes, and below them a flash at the beginning of each beep: see `flashAndBeep`. */
  flashes: () => {
    const sound = flashAndBeep();
    return new MediaStream([...barcodes(1000 / 30, newCanvas(), drawFlash).getTracks(), ...sound.getTracks()]);
  },

  /** Nothing but the tone. */
  tone: () => tone(),

  /** Bar codes in a smaller picture. */
  small: () => barcodes(40, newCanvas(320, 180)),

  /** A new picture every so many milliseconds; without them, one that stands still. */
  slides: (every) => barcodes(every ?? Infinity),

  slidesAndTone: (every) => new MediaStream([...barcodes(every ?? Infinity).getTracks(), ...tone().getTracks()]),

  /** For the benchmark: bar codes at an even pace, all on record, and a sound that tells the time. */
  timed: (size) => timedFrames(size),

  timedAndSweep: (size) => new MediaStream([...timedFrames(size).getTracks(), ...timedSound().getTracks()]),
};

/** The newest canvas gets another size. */
export const resize = (width, height) => Object.assign(lastCanvas, { width, height });

/** The newest sound comes. */
export const resumeSound = () => lastSound.resume();

let lastCanvas;
let lastSound;

function barcodes(every = 1000 / 30, { canvas, context } = newCanvas(), drawMore) {
  lastCanvas = canvas;
  drawForever(context, every, drawMore);
  return canvas.captureStream(30);
}

function tone() {
  const context = (lastSound = new AudioContext());
  const out = context.createMediaStreamDestination();
  const oscillator = new OscillatorNode(context, { frequency: 1000 });
  oscillator.connect(out);
  oscillator.start();
  return out.stream;
}

/** How long a flash and a beep last, and from one to the next, in ms. */
const BEEP = 200;
const BEEP_EVERY = 700;

let beeps = () => {};
let isBeeping = false;

/** A tone that comes and goes with the flash that `drawFlash` draws. */
function flashAndBeep() {
  const context = (lastSound = new AudioContext());
  const out = context.createMediaStreamDestination();
  const gain = new GainNode(context, { gain: 0 });
  const oscillator = new OscillatorNode(context, { frequency: 1000 });
  oscillator.connect(gain).connect(out);
  oscillator.start();
  beeps = (on) => gain.gain.setValueAtTime(on ? 0.5 : 0, context.currentTime);
  return out.stream;
}

/** White while it beeps, else black. */
function drawFlash(context) {
  const on = performance.now() % BEEP_EVERY < BEEP;
  if (on !== isBeeping) beeps((isBeeping = on));
  context.fillStyle = on ? "white" : "black";
  context.fillRect(0, CODE_HEIGHT, WIDTH, HEIGHT - CODE_HEIGHT);
}

/** The ranges of broadcasts and of screens are farthest apart in what is dark and what is light. */
function drawDark(context) {
  context.fillStyle = "rgb(30 40 24)";
  context.fillRect(0, CODE_HEIGHT, WIDTH, HEIGHT - CODE_HEIGHT);
}

function drawForever(context, every, drawMore) {
  let number = 0;
  const draw = () => drawFrame(context, { number: number++, time: Date.now() }, drawMore);
  draw();
  if (every < Infinity) setInterval(draw, every);
}
