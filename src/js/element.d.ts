import type { BlobcastError, Listeners, Recording, RecordingEventMap, State, Token, Viewing, ViewingEventMap } from "./index.js";

/** Only for the types. Of two events with one name ours comes first: HTMLElement has an `error` too. */
declare const TypedElement: new <E>() => Listeners<E> & HTMLElement;

/** What both elements have. */
declare class BlobcastElement<E> extends TypedElement<E> {
  /** The broadcast: `wss://host/lobby` is `lobby` of the relay `wss://host`. Relative to the page too. */
  src: string;
  /** The relay, with its path, where `name` says the broadcast. Several of a fleet have spaces between them. */
  url: string;
  /** The broadcast, where `url` says the relay. */
  name: string;
  /** As the option `debug` of the calls, from the next start on. */
  debug: boolean;
  /** A function is asked before every connection. A new token is sent with the next one. */
  get token(): Token;
  set token(token: Token | null);
  /** As of the handle; `stopped` before the start, `ended` when it failed. */
  readonly state: State;
  /** Why it is over, if that was an error. */
  readonly error: BlobcastError | null;
  /** The `<video>` inside. */
  readonly video: HTMLVideoElement;
}

/**
 * `<blobcast-player>`: plays a broadcast.
 *
 * @example
 * ```html
 * <script type="module">
 *   import "blobcast/element";
 * </script>
 * <blobcast-player src="wss://relay.example/lobby" autoplay muted controls></blobcast-player>
 * ```
 */
export declare class BlobcastPlayer extends BlobcastElement<ViewingEventMap> {
  /** It begins when it is in the page. */
  autoplay: boolean;
  /** As of `<video>`: the browser's own buttons, while there is a picture. */
  controls: boolean;
  /** As of `<video>`: a phone plays it in its place, not in full screen. */
  playsInline: boolean;
  /** As of `<video>`: the address of a picture that is shown before the first one. */
  poster: string;
  /** As of `startViewing`. */
  mode: "" | "auto" | "mse" | "glue" | "realtime";
  /** As of `startViewing`, in ms; `null` for as little as does. */
  targetLatency: number | null;
  /** As it is now; the attribute says how it begins. */
  muted: boolean;
  /** 0 to 1. */
  volume: number;
  /** Whether it stands still. */
  readonly paused: boolean;
  /** The handle of `startViewing`; `null` while nothing runs. */
  readonly viewing: Viewing | null;
  /** Begins the viewing, or goes on after a pause, at the live edge. Rejects with what went wrong, which is shown as well. */
  play(): Promise<void>;
  /** Pauses. Before there is a picture, that is the same as `stop()`. */
  pause(): void;
  /** Ends the viewing. `play()` begins another one. */
  stop(): Promise<void>;
}

/**
 * `<blobcast-recorder>`: broadcasts the camera, the screen or a stream of the page's.
 *
 * @example
 * ```html
 * <script type="module">
 *   import "blobcast/element";
 * </script>
 * <blobcast-recorder src="wss://relay.example/lobby"></blobcast-recorder>
 * ```
 */
export declare class BlobcastRecorder extends BlobcastElement<RecordingEventMap> {
  /** What it asks for; `camera` where nothing is said. */
  source: "camera" | "screen";
  /** Leaves the sound out. */
  noAudio: boolean;
  /** As of `startRecording`, in ms; `null` for the default. */
  restartInterval: number | null;
  /** As of `startRecording`; `null` for the default. */
  videoBitsPerSecond: number | null;
  /** As of `startRecording`; `null` for the default. */
  audioBitsPerSecond: number | null;
  /** As of `startRecording`; empty for the default. */
  mimeType: string;
  /** As of `startRecording`; empty for the default. */
  latency: "" | "usual" | "low";
  /** A stream of the page's, broadcast instead of the camera: its tracks stay the page's. Without one, the stream that was opened here. */
  get stream(): MediaStream | null;
  set stream(stream: MediaStream | null);
  /** The handle of `startRecording`; `null` while nothing runs. */
  readonly recording: Recording | null;
  /** Asks for the camera or the screen and broadcasts it. Rejects with what went wrong, which is shown as well. */
  start(): Promise<void>;
  /** Ends it when all that was recorded is delivered. A camera that was opened here is off then. */
  stop(): Promise<void>;
}

declare global {
  interface HTMLElementTagNameMap {
    "blobcast-player": BlobcastPlayer;
    "blobcast-recorder": BlobcastRecorder;
  }
}
