// Everything the package offers, used as its types say.

import {
  init,
  Recording,
  startRecording,
  startViewing,
  Viewing,
  type CongestionDetail,
  type ConnectOptions,
  type RecordingOptions,
  type Moment,
  type RecordingStats,
  type State,
  type Stats,
  type Token,
  type ViewingOptions,
  type ViewingStats,
  type WasmSource,
} from "blobcast";

export async function load(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const sources: WasmSource[] = ["/blobcast_bg.wasm", new URL("https://cdn.example/blobcast_bg.wasm"), bytes, bytes.buffer];
  sources.push(await fetch("/blobcast_bg.wasm"), await WebAssembly.compile(bytes));
  await init(sources[0]);
  await init();
}

const tokens: Token[] = ["abc", () => "abc", async () => "abc"];

const lobby: ConnectOptions = {
  url: "wss://relay.example",
  name: "lobby",
  token: "abc",
  connectTimeout: 5000,
  signal: AbortSignal.timeout(60_000),
  debug: true,
};

const fleet: ConnectOptions = { url: ["wss://a.relay.example", "wss://b.relay.example"] as const, name: "lobby" };

const recordingOptions: RecordingOptions = {
  ...lobby,
  restartInterval: 2000,
  restart: "keyframe",
  timeslice: 40,
  mimeType: "video/webm;codecs=vp8,opus",
  wakeLock: false,
  videoBitsPerSecond: 1_000_000,
  audioBitsPerSecond: 64_000,
};

const viewingOptions: ViewingOptions = { ...lobby, mode: "mse", targetLatency: 200 };

export async function broadcast(camera: MediaStream, screen: MediaStream): Promise<void> {
  const recording: Recording = await startRecording(camera, recordingOptions);
  recording.addEventListener("state", ({ detail }) => show(detail.state));
  recording.addEventListener("error", ({ detail }) => console.error(detail.name, detail.message, detail.code?.toFixed()));
  recording.addEventListener("stats", ({ detail }) => figures(detail));
  recording.addEventListener("congestion", ({ detail }) => tell(detail), { once: true });
  await recording.replaceStream(screen);
  const { kept, bufferedAmount, congestion, cutShort }: RecordingStats = recording.stats();
  const sum: number = kept + bufferedAmount + congestion + cutShort;
  const rate: number | null = recording.stats().videoBitsPerSecond;
  await recording.stop();
  console.log(sum, rate);
}

export async function watch(video: HTMLVideoElement): Promise<void> {
  const viewing: Viewing = await startViewing(video, viewingOptions);
  const onMuted = (event: CustomEvent<undefined>) => console.log(event.type, event.detail);
  viewing.addEventListener("muted", onMuted);
  viewing.removeEventListener("muted", onMuted);
  viewing.addEventListener("stats", ({ detail }) => figures(detail));
  viewing.addEventListener("something else", (event: Event) => console.log(event));
  const { latency, clockTrusted, buffered, skips, mode, muted }: ViewingStats = viewing.stats();
  if (clockTrusted && latency !== null) console.log(latency.toFixed(), buffered + skips, mode?.toUpperCase(), muted === true);
  show(viewing.state);
  const kept = await viewing.seekable();
  const moments: Moment[] = kept ? [kept.from, kept.to, -60] : [];
  for (const moment of moments) await viewing.seek(moment);
  viewing.goLive();
  await viewing.stop();
}

function show(state: State): string {
  switch (state) {
    case "connecting":
    case "waiting":
    case "live":
    case "reconnecting":
    case "replaying":
    case "ended":
    case "stopped":
      return state;
    default:
      return state satisfies never;
  }
}

function figures({ segment, bytes, bitrate, restarts, mimeType, viewers, roundTrip }: Stats): string {
  return `${segment + bytes + bitrate + restarts + viewers} ${mimeType?.trim()} ${roundTrip?.toFixed()}`;
}

function tell({ state, congestion, videoBitsPerSecond, cutShort }: CongestionDetail): string {
  return `${state.toUpperCase()} ${congestion + cutShort} ${videoBitsPerSecond?.toFixed()}`;
}

console.log(tokens);
