/**
 * Where the package's WebAssembly comes from: the URL of `blobcast_bg.wasm` (as text it is relative to the page), a fetched Response,
 * its bytes, or the module when that is compiled already.
 */
export type WasmSource = string | URL | Response | BufferSource | CompiledModule;

/** TypeScript's own type of a WebAssembly.Module is empty, so that it would take anything: numbers, and promises that nobody awaits. */
type CompiledModule = WebAssembly.Module & object & { then?: never };

/**
 * Loads the package's WebAssembly. Nobody needs to call it: `startRecording` and `startViewing` load what lies beside the script. Call
 * it to load early, so that the first viewing starts sooner, or with a `source` when the file is somewhere else.
 *
 * Call it before all else. Twice is harmless: the first source counts.
 *
 * @example
 * await init("https://cdn.example/blobcast_bg.wasm");
 *
 * Rejects with an Error whose `name` says the kind: `TypeError` (`source` is none of these), `NetworkError` (the module did not load;
 * the next call tries again), `InvalidStateError` (it loads or has loaded from another source).
 */
export declare function init(source?: WasmSource): Promise<void>;

/** Proof of who may publish or view: asked for before every connection when it is a function. */
export type Token = string | (() => string | Promise<string>);

/** What both calls take. */
export interface ConnectOptions {
  /** The relay, such as `wss://relay.example`. `http:`, `https:` and addresses relative to the page work too. */
  url: string;
  /** The broadcast: 1 to 8 parts joined by `/`, each of letters, digits, `_` and `-`. */
  name: string;
  /** Proof of who may publish or view, for a relay that asks for it: a string, or a function that is asked before every connection. */
  token?: Token;
  /** How long connecting may take before the call rejects with a TimeoutError, in ms. Default 10000. */
  connectTimeout?: number;
  /**
   * Aborted while the call connects, it makes the call reject with the signal's reason, and nothing is left behind: no socket, no
   * source of the video. Aborted later, it is `stop()`.
   */
  signal?: AbortSignal;
  /** Tell all that happens, and why, on the console: a line each, at its level `debug` (Verbose in Chromium). Default `false`. */
  debug?: boolean;
}

/** What `startRecording` takes. */
export interface RecordingOptions extends ConnectOptions {
  /** Time between segments, 500 to 20000 ms. Default 4000. A newcomer downloads at most this much. */
  restartInterval?: number;
  /**
   * How a segment ends. `handover`: the next MediaRecorder takes over from the current one, unseen. `keyframe`: one MediaRecorder
   * goes on and is asked for keyframes, which costs less; browsers that give none (Firefox) hand over. Default: `handover`, and
   * `keyframe` for VP9 and AV1, in which pictures that were recorded twice cannot be hidden.
   */
  restart?: "handover" | "keyframe";
  /** Time between chunks, 10 to 10000 ms. Default 40. */
  timeslice?: number;
  /** A WebM type that this browser records; no other is tried then. Default: the first of VP8, VP9 and AV1 that really works. */
  mimeType?: string;
  /** Keep the screen on while it broadcasts: a phone whose screen goes dark stops its camera. Default `true`. */
  wakeLock?: boolean;
  /** Bits per second. Less is recorded while the line is too narrow. Default: the browser's, 2500000 in Chromium and Firefox. */
  videoBitsPerSecond?: number;
  /** Bits per second. Default: the browser's. */
  audioBitsPerSecond?: number;
}

/** What `startViewing` takes. */
export interface ViewingOptions extends ConnectOptions {
  /**
   * `mse` plays through MediaSource, `glue` plays glued blobs by object URL, up to one interval behind; `auto` (the
   * default) picks what plays here. `realtime` is not there yet and rejects with a NotSupportedError.
   */
  mode?: "auto" | "mse" | "glue" | "realtime";
  /**
   * How much to keep ahead of the playhead in mode `mse`, 50 to 20000 ms. Default: as little as does, 150 with sound and 100
   * without, and more for a while when that was too little.
   */
  targetLatency?: number;
}

/**
 * `waiting` says that there is nothing yet: to a viewing that no broadcaster is there, to a recording that its source
 * has given no picture (a canvas that nobody draws on).
 */
export type State = "connecting" | "waiting" | "live" | "reconnecting" | "ended" | "stopped";

/** What recordings and viewings both tell of themselves. */
export interface Stats {
  /** The segment on screen (viewing) or the newest the relay has (recording): when it started, µs since the Unix epoch. */
  segment: number;
  /** Bytes received or recorded in all. */
  bytes: number;
  /** Bits per second over the last two seconds. */
  bitrate: number;
  /** Segments after the first. */
  restarts: number;
  /** What is really recorded, which may not be the first choice, or what is shown. */
  mimeType: string | null;
  /** How many watch this broadcast. */
  viewers: number;
  /** The best round trip to the relay, ms. */
  roundTrip: number | undefined;
}

/** How a recording is doing. */
export interface RecordingStats extends Stats {
  /** Bytes kept for a relay that loses them. */
  kept: number;
  /** Bytes that the browser holds because the network has not taken them. A narrow line shows in `congestion` long before. */
  bufferedAmount: number;
  /** How late what is sent now will reach the relay, ms beyond what a wide line takes: under 200 all is well. */
  congestion: number;
  /** What the newest segment's recorder was asked for; less than the option while the line is too narrow. `null` without a picture. */
  videoBitsPerSecond: number | null;
  /** Segments whose rest was given up because of the line. */
  cutShort: number;
}

/** What a narrow line has changed; the figures are those of `stats()`. */
export interface CongestionDetail {
  /**
   * `narrow`: the bitrate was lowered, or the rest of a segment was given up. `recovering`: the bitrate was raised.
   * `clear`: it is what was asked for again.
   */
  state: "narrow" | "recovering" | "clear";
  /** How late what is sent now will reach the relay, in ms beyond what a wide line takes. */
  congestion: number;
  /** What the newest segment's recorder was asked for; `null` without a picture. */
  videoBitsPerSecond: number | null;
  /** Segments whose rest was given up because of the line. */
  cutShort: number;
}

/** How a viewing is doing. */
export interface ViewingStats extends Stats {
  /** From the camera to this screen, ms, never negative; `null` before there is a picture. */
  latency: number | null;
  /** Whether the clocks behind `latency` agree: not while the relay's is being asked, nor when the broadcaster's differs. */
  clockTrusted: boolean;
  /** Media ahead of the playhead, ms. */
  buffered: number;
  /** How often the relay passed over data because this viewer was too slow. */
  skips: number;
  /** How it plays; `null` before there is something to play. */
  mode: "mse" | "glue" | null;
  /** `true` too when the browser permits playing only without sound. */
  muted: boolean;
}

interface Events<S> {
  /** It is in another state. */
  state: CustomEvent<{ state: State }>;
  /** `detail` is the error; its `code` is the WebSocket close code, if one was behind it. */
  error: CustomEvent<Error & { code?: number }>;
  /** About once a second. */
  stats: CustomEvent<S>;
}

interface RecordingEvents extends Events<RecordingStats> {
  /** The bitrate was changed, or the rest of a segment given up, because of the line to the relay. */
  congestion: CustomEvent<CongestionDetail>;
}

interface ViewingEvents extends Events<ViewingStats> {
  /** The browser refused to play with sound, so the video was muted. */
  muted: CustomEvent<undefined>;
}

declare class Handle<S, E> extends EventTarget {
  /** What it is doing; each change is an event `state`. */
  readonly state: State;
  /** How it is doing, now. The event `stats` brings the same about once a second. */
  stats(): S;
  addEventListener<K extends keyof E>(type: K, listener: (event: E[K]) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<K extends keyof E>(type: K, listener: (event: E[K]) => void, options?: boolean | EventListenerOptions): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | EventListenerOptions): void;
}

/** A recording that goes on until `stop()` or the end of its tracks. Made by `startRecording`. */
export declare class Recording extends Handle<RecordingStats, RecordingEvents> {
  private constructor();
  /**
   * Broadcasts another stream from now on: the screen instead of the camera, another microphone. Viewers see a cut. Resolves
   * when the new stream is on its way; until then the old one is broadcast, so stop its tracks afterwards. Rejects with a
   * TimeoutError, and goes on with the old one, when the new one gives nothing for five seconds.
   */
  replaceStream(mediaStream: MediaStream): Promise<void>;
  /** Ends it when all that was recorded is delivered. The tracks stay yours: stop them yourself. Twice is harmless. */
  stop(): Promise<void>;
}

/** A viewing that goes on until `stop()`. Made by `startViewing`. */
export declare class Viewing extends Handle<ViewingStats, ViewingEvents> {
  private constructor();
  /** Ends it and lets go of the video element. Twice is harmless. */
  stop(): Promise<void>;
}

/**
 * Records a MediaStream and broadcasts it. Resolves once the relay has its first piece: live. When the source gives
 * nothing for two seconds it resolves all the same: waiting, for as long as a track is live.
 *
 * Rejects with an Error whose `name` says the kind: `TypeError` (an option is wrong), `NotSupportedError` (this
 * browser records no such type), `NotAllowedError` (the relay refuses this page), `TimeoutError` (no relay).
 *
 * @example
 * const camera = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
 * const recording = await startRecording(camera, { url: "wss://relay.example", name: "lobby" });
 */
export declare function startRecording(mediaStream: MediaStream, options: RecordingOptions): Promise<Recording>;

/**
 * Plays a broadcast on a `<video>`. Resolves when connected: live, waiting for a broadcaster, or ended. It
 * follows the broadcast when that starts, restarts or is taken over.
 *
 * Rejects as `startRecording` does.
 *
 * @example
 * const viewing = await startViewing(video, { url: "wss://relay.example", name: "lobby" });
 */
export declare function startViewing(video: HTMLVideoElement, options: ViewingOptions): Promise<Viewing>;

// What is not exported above is no one's to import.
export {};
