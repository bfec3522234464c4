// A moving picture for machines without a camera: the time, which shows the latency beside a viewer, and things that move.

const WIDTH = 640;
const HEIGHT = 360;
const FRAMES_PER_SECOND = 30;
const INK = "#e8f1f2";
const DIM = "#7f98a0";
const ACCENT = "#35c4b5";
const BARS = ["#d9d9d9", "#d8c35a", "#57c3c9", "#5bbb66", "#b862b4", "#cf5b52", "#4d68c9"];

/** The picture as a MediaStream, with a tick every second if `sound` is wanted. Stopping the picture's track ends it all. */
export async function testPicture(sound) {
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext("2d", { alpha: false });
  draw(context);
  const stream = canvas.captureStream(FRAMES_PER_SECOND);
  const [picture] = stream.getTracks();
  const audio = sound ? await ticking() : null;
  if (audio) stream.addTrack(audio.track);

  const stopClock = every(1000 / FRAMES_PER_SECOND, () => {
    if (picture.readyState === "live") return draw(context);
    stopClock();
    audio?.close();
  });
  return stream;
}

/**
 * A timer that goes on while this tab is hidden, as it is when its viewer is open in the next one: browsers stop
 * animation frames then and slow a page's timers down, but not a worker's.
 */
function every(ms, act) {
  const url = URL.createObjectURL(new Blob([`setInterval(() => postMessage(null), ${ms})`]));
  const worker = new Worker(url);
  worker.onmessage = act;
  return () => {
    worker.terminate();
    URL.revokeObjectURL(url);
  };
}

/** A soft tick at every full second. `null` where the browser permits no sound before a click. */
async function ticking() {
  const context = new AudioContext();
  await Promise.race([context.resume(), new Promise((late) => setTimeout(late, 500))]);
  if (context.state !== "running") {
    context.close();
    return null;
  }
  const length = context.sampleRate;
  const buffer = context.createBuffer(1, length, length);
  const samples = buffer.getChannelData(0);
  for (let i = 0; i < length / 10; i++) {
    samples[i] = 0.3 * Math.sin((2 * Math.PI * 880 * i) / length) * Math.exp((-40 * i) / length);
  }
  const ticks = new AudioBufferSourceNode(context, { buffer, loop: true });
  const out = context.createMediaStreamDestination();
  ticks.connect(out);
  ticks.start(context.currentTime + 1 - (Date.now() % 1000) / 1000);
  return { track: out.stream.getAudioTracks()[0], close: () => context.close() };
}

function draw(context) {
  const now = new Date();
  const second = now.getMilliseconds() / 1000;
  const minute = (now.getSeconds() + second) / 60;
  context.fillStyle = "#10191d";
  context.fillRect(0, 0, WIDTH, HEIGHT);
  drawDial(context, 150, 172, 90, second, minute);
  drawTime(context, 280, 172, now);
  drawBall(context, now.getTime() / 1000);
  BARS.forEach((colour, i) => {
    context.fillStyle = colour;
    context.fillRect((i * WIDTH) / BARS.length, HEIGHT - 24, WIDTH / BARS.length + 1, 24);
  });
}

/** A ring that fills once a minute, and a hand that goes round once a second. */
function drawDial(context, x, y, radius, second, minute) {
  const top = -Math.PI / 2;
  const arc = (style, width, turn) => {
    context.beginPath();
    context.arc(x, y, radius, top, top + 2 * Math.PI * turn);
    Object.assign(context, { strokeStyle: style, lineWidth: width });
    context.stroke();
  };
  arc("#26363d", 10, 1);
  arc(ACCENT, 10, minute);
  const angle = top + 2 * Math.PI * second;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + Math.cos(angle) * radius * 0.78, y + Math.sin(angle) * radius * 0.78);
  Object.assign(context, { strokeStyle: INK, lineWidth: 4, lineCap: "round" });
  context.stroke();
}

function drawTime(context, x, y, now) {
  const two = (number) => String(number).padStart(2, "0");
  const clock = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(":");
  context.textBaseline = "alphabetic";
  context.fillStyle = INK;
  context.font = "600 60px ui-monospace, 'DejaVu Sans Mono', monospace";
  context.fillText(clock, x, y + 8, WIDTH - x - 30);
  context.fillStyle = ACCENT;
  context.font = "600 38px ui-monospace, 'DejaVu Sans Mono', monospace";
  context.fillText(`.${String(now.getMilliseconds()).padStart(3, "0")}`, x, y + 54);
  context.fillStyle = DIM;
  context.font = "17px system-ui, sans-serif";
  context.fillText("blobcast test picture", x + 4, y - 60);
}

/** A ball on its way to and fro. */
function drawBall(context, seconds) {
  const to = Math.abs(((seconds / 4) % 2) - 1);
  context.beginPath();
  context.arc(30 + to * (WIDTH - 60), HEIGHT - 54, 15, 0, 2 * Math.PI);
  context.fillStyle = "#f2a65a";
  context.fill();
}
