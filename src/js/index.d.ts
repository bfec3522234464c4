/**
 * Records a MediaStream and broadcasts it: a camera, a screen, a canvas. Resolves once the relay has its first piece, with a
 * recording that is `live`. When the source gives nothing for two seconds it resolves all the same, `waiting` for as long as a
 * track is live.
 *
 * @param mediaStream What `getUserMedia`, `getDisplayMedia` or `captureStream` gives. Its tracks stay yours: stop them yourself.
 *
 * @example
 * import { startRecording } from "blobcast";
 *
 * const camera = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
 * const recording = await startRecording(camera, { url: "wss://relay.example", name: "lobby" });
 *
 * @throws {TypeError} An option is wrong, or no track of the stream is live.
 * @throws {NotSupportedError} This browser records no WebM, or not the `mimeType` that was asked for.
 * @throws {NotAllowedError} The relay refuses this page, or the `token` function failed.
 * @throws {TimeoutError} No relay answered within `connectTimeout`.
 * @throws {NetworkError} The relay ended the connection for good, or the WebAssembly did not load.
 */
export declare function startRecording(mediaStream: MediaStream, options: RecordingOptions): Promise<Recording>;

/**
 * Plays a broadcast on a `<video>`. Resolves when connected: `live`, `waiting` for a broadcaster, or `ended`. It follows the
 * broadcast when that starts, restarts or is taken over.
 *
 * @param video Its source is the viewing's until `stop()`. Whatever else belongs to a `<video>` works: `controls`, `muted`, full screen.
 *
 * @example
 * import { startViewing } from "blobcast";
 *
 * const video = document.querySelector("video");
 * const viewing = await startViewing(video, { url: "wss://relay.example", name: "lobby" });
 *
 * @throws {TypeError} An option is wrong, or `video` is no `<video>`.
 * @throws {NotSupportedError} This browser has not the `mode` that was asked for, or with `from`: it has no MediaSource, or the relay keeps nothing.
 * @throws {NotAllowedError} The relay refuses this page, or the `token` function failed.
 * @throws {TimeoutError} No relay answered within `connectTimeout`.
 * @throws {NetworkError} The relay ended the connection for good, or the WebAssembly did not load.
 */
export declare function startViewing(video: HTMLVideoElement, options: ViewingOptions): Promise<Viewing>;

/**
 * Loads the package's WebAssembly. Nobody needs to call it: `startRecording` and `startViewing` load what lies beside the script. Call
 * it to load early, so that the first viewing starts sooner, or with a `source` when the file is somewhere else.
 *
 * Call it before all else. Twice is harmless: the first source counts.
 *
 * @example
 * import { init } from "blobcast";
 *
 * await init("/assets/blobcast_bg.wasm");
 *
 * @throws {TypeError} `source` is none of what it takes.
 * @throws {NetworkError} The module did not load. The next call tries again.
 * @throws {InvalidStateError} It loads or has loaded from another source.
 */
export declare function init(source?: WasmSource): Promise<void>;

/** What both calls take. */
export interface ConnectOptions {
  /**
   * The relay, such as `wss://relay.example`. `http:`, `https:` and addresses relative to the page work too.
   *
   * A list names several relays of one fleet, which all serve every broadcast. The first is taken; when it cannot be reached, or is lost
   * or full, the next takes its place at once, and after the last the first again, after a moment.
   */
  url: string | readonly string[];
  /** The broadcast: 1 to 8 parts joined by `/`, each of letters, digits, `_` and `-`. */
  name: string;
  /** Proof of who may publish or view, for a relay that asks for it. */
  token?: Token;
  /**
   * How long connecting may take before the call rejects with a TimeoutError, in ms.
   * @default 10000
   */
  connectTimeout?: number;
  /**
   * Aborted while the call connects, it makes the call reject with the signal's reason, and nothing is left behind: no socket, no
   * source of the video. Aborted later, it is `stop()`.
   */
  signal?: AbortSignal;
  /**
   * Tell all that happens, and why, on the console: a line each, at its level `debug` (Verbose in Chromium).
   *
   * @default false
   */
  debug?: boolean;
}

/** What `startRecording` takes. */
export interface RecordingOptions extends ConnectOptions {
  /**
   * Time between segments, 500 to 20000 ms. A newcomer downloads at most this much.
   * @default 4000
   */
  restartInterval?: number;
  /**
   * How a segment ends. `handover`: the next MediaRecorder takes over from the current one, unseen. `keyframe`: one MediaRecorder
   * goes on and is asked for keyframes, which costs less; browsers that give none (Firefox) hand over.
   * @default `handover`; `keyframe` for VP9 and AV1, in which pictures that were recorded twice cannot be hidden
   */
  restart?: "handover" | "keyframe";
  /**
   * `low`: picture and sound are recorded apart, so that pictures are sent one by one. In one recorder they wait for the sound, which
   * comes every 60 ms in Chromium. The sound goes on over restarts.
   * @default "usual"
   */
  latency?: "usual" | "low";
  /**
   * Time between chunks, 10 to 10000 ms.
   * @default 40; 10 with `latency: "low"`
   */
  timeslice?: number;
  /**
   * A WebM type that this browser records, such as `video/webm;codecs=vp9,opus`; no other is tried then.
   * @default the first of VP8, VP9 and AV1 that really works
   */
  mimeType?: string;
  /**
   * Keep the screen on while it broadcasts: a phone whose screen goes dark stops its camera.
   * @default true
   */
  wakeLock?: boolean;
  /**
   * Bits per second for the picture. Less is recorded while the line is too narrow.
   * @default the browser's, 2500000 in Chromium and Firefox
   */
  videoBitsPerSecond?: number;
  /**
   * Bits per second for the sound.
   * @default the browser's
   */
  audioBitsPerSecond?: number;
}

/** What `startViewing` takes. */
export interface ViewingOptions extends ConnectOptions {
  /**
   * `realtime` decodes by WebCodecs, with the least delay, and rejects with a NotSupportedError where there are none. `mse` plays through
   * MediaSource, and what is late is waited for. `glue` plays glued blobs by object URL, up to one interval behind. `auto` takes `mse`, or
   * `realtime` if `targetLatency` is under 200, where that plays, and else what does.
   * @default "auto"
   */
  mode?: "auto" | "mse" | "glue" | "realtime";
  /**
   * How much to keep ahead of the playhead in mode `mse`, or how far behind the source to be in mode `realtime`, 50 to 20000 ms.
   * @default as little as does: in mode `mse` 150 with sound, 100 without, 350 in Firefox, and more for a while when that was too little
   */
  targetLatency?: number;
  /**
   * Where to begin in what the relay has kept of this broadcast (`--archive`): a Date, or so many seconds before now, such as `-60`. It
   * plays on from there, and what is live when it comes to that, or at `goLive()`. By MediaSource, whatever the `mode` of what is live.
   * @default what is live
   */
  from?: Moment;
}

/** A moment in a broadcast: a Date, or seconds before now as a number below 0. */
export type Moment = Date | number;

/**
 * Proof of who may publish or view: a word of letters, digits and `-._~+`, as a JWT is. A function is asked before every connection,
 * also when one comes back after a loss.
 */
export type Token = string | (() => string | Promise<string>);

/**
 * Where the package's WebAssembly comes from: the URL of `blobcast_bg.wasm` (as text it is relative to the page), a fetched Response,
 * its bytes, or the module when that is compiled already.
 */
export type WasmSource = string | URL | Response | BufferSource | CompiledModule;

/** TypeScript's own type of a WebAssembly.Module is empty, so that it would take anything: numbers, and promises that nobody awaits. */
type CompiledModule = WebAssembly.Module & object & { then?: never };

/**
 * What a recording or a viewing is doing.
 *
 * - `connecting`: until the call resolves.
 * - `waiting`: there is nothing yet. To a viewing, no broadcaster is there, and it plays as soon as one is; to a recording, its source
 *   has given no picture, as a canvas that nobody draws on.
 * - `live`: there is something to see; the relay has what is recorded.
 * - `reconnecting`: the relay is away. It comes back by itself, and what is recorded meanwhile is kept.
 * - `replaying`: a viewing plays what was broadcast before, or is paused after it has.
 * - `ended`: the broadcaster has finished, and a viewing plays on if the broadcast begins again, unless an error came with it. A
 *   recording ends with its tracks, or because the relay ended it.
 * - `stopped`: `stop()` was called.
 */
export type State = "connecting" | "waiting" | "live" | "reconnecting" | "replaying" | "ended" | "stopped";

/**
 * What a call rejects with, and what the event `error` brings. Its `message` is one sentence, what happened and what to do, and
 * its `name` the kind:
 *
 * - `TypeError`: an argument or option is not what the call takes. The message names it.
 * - `NotSupportedError`: this browser cannot record or play that; or there is no browser, because the call ran on a server.
 * - `NotAllowedError`: the relay refuses this page, or the browser waits for a click before it plays.
 * - `TimeoutError`: no relay answered within `connectTimeout`, or a new stream gave nothing.
 * - `NetworkError`: the connection is gone for good, or the WebAssembly did not load.
 * - `AbortError`: another broadcaster took over (`code` 4409), the video was given another source, or `signal` was aborted before the start.
 * - `InvalidStateError`: `replaceStream` was called on a recording that has ended, or `init` with another source than before.
 * - `EncodingError`: the recorder or the decoder failed.
 */
export interface BlobcastError extends Error {
  /** The WebSocket close code, if one was behind it. */
  code?: number;
}

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
  /** The relay that it is at, or tries to reach: one of the option `url`. */
  url: string;
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
  mode: "mse" | "glue" | "realtime" | null;
  /** `true` too when the browser permits playing only without sound. */
  muted: boolean;
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

/** What recordings and viewings both say. */
interface EventMap<S> {
  /** It is in another state. */
  state: CustomEvent<{ state: State }>;
  /** Something went wrong. It goes on, unless its state is `ended`. */
  error: CustomEvent<BlobcastError>;
  /** About once a second: what `stats()` returns. */
  stats: CustomEvent<S>;
}

/**
 * The events of a recording.
 *
 * @example
 * recording.addEventListener("state", ({ detail }) => console.log(detail.state));
 * recording.addEventListener("error", ({ detail }) => console.warn(detail.message));
 */
export interface RecordingEventMap extends EventMap<RecordingStats> {
  /** The bitrate was changed, or the rest of a segment given up, because of the line to the relay. */
  congestion: CustomEvent<CongestionDetail>;
}

/**
 * The events of a viewing.
 *
 * @example
 * viewing.addEventListener("state", ({ detail }) => console.log(detail.state));
 * viewing.addEventListener("error", ({ detail }) => console.warn(detail.message));
 */
export interface ViewingEventMap extends EventMap<ViewingStats> {
  /** The browser refused to play with sound, so the video was muted. */
  muted: CustomEvent<undefined>;
}

/** For whoever wraps these: an EventTarget's `addEventListener` and `removeEventListener` that know the events of `E`, such as `RecordingEventMap`. */
export interface Listeners<E> {
  addEventListener<K extends keyof E>(type: K, listener: (event: E[K]) => void, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<K extends keyof E>(type: K, listener: (event: E[K]) => void, options?: boolean | EventListenerOptions): void;
}

/** Only for the types: what TypeScript finds first in an intersection is what it tries first. */
declare const TypedEventTarget: new <E>() => Listeners<E> & EventTarget;

declare class Handle<S, E> extends TypedEventTarget<E> {
  /** What it is doing; each change is an event `state`. */
  readonly state: State;
  /** How it is doing, now. The event `stats` brings the same about once a second. */
  stats(): S;
}

/**
 * A recording that goes on until `stop()` or the end of its tracks. Made by `startRecording`.
 *
 * @example
 * const back = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: true });
 * await recording.replaceStream(back);
 * await recording.stop();
 */
export declare class Recording extends Handle<RecordingStats, RecordingEventMap> {
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

/**
 * A viewing that goes on until `stop()`. Made by `startViewing`.
 *
 * @example
 * console.log(viewing.state, viewing.stats().latency);
 * await viewing.seek(-60); // a minute back
 * viewing.goLive();
 * await viewing.stop();
 */
export declare class Viewing extends Handle<ViewingStats, ViewingEventMap> {
  private constructor();
  /**
   * Plays what was broadcast before, from a moment on: the relay must keep it (`--archive`). Resolves when that is there, and from then
   * on the video's own seek bar goes over all that is kept. What is later than what is kept is what is live.
   *
   * @throws {TypeError} `moment` is neither a Date nor a number below 0.
   * @throws {NotSupportedError} The relay keeps nothing, or this browser has no MediaSource. It goes on as before.
   */
  seek(moment: Moment): Promise<void>;
  /** When what is kept of this broadcast begins and ends, asked of the relay now; `null` where nothing is. */
  seekable(): Promise<{ from: Date; to: Date } | null>;
  /** Plays what is live again. Harmless when it does. */
  goLive(): void;
  /** Ends it and lets go of the video element. Twice is harmless. */
  stop(): Promise<void>;
}

// What is not exported above is no one's to import.
export {};
