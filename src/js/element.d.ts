import type { CongestionDetail, Recording, RecordingStats, State, Token, Viewing, ViewingStats } from "./index.js";

interface Events<S> {
  state: CustomEvent<{ state: State }>;
  error: CustomEvent<Error & { code?: number }>;
  stats: CustomEvent<S>;
}

interface PlayerEvents extends Events<ViewingStats> {
  muted: CustomEvent<undefined>;
}

interface RecorderEvents extends Events<RecordingStats> {
  congestion: CustomEvent<CongestionDetail>;
}

/** Of two events with one name, ours: HTMLElement has an `error` too. */
type Known<E> = Omit<HTMLElementEventMap, keyof E> & E;

declare class BlobcastElement<E> extends HTMLElement {
  /** The broadcast: `wss://host/lobby` is `lobby` of the relay `wss://host`. Relative to the page too. */
  src: string;
  /** The relay, with its path, where `name` says the broadcast. */
  url: string;
  name: string;
  /** As the option `debug` of the calls, from the next start on. */
  debug: boolean;
  /** A function is asked before every connection. A new token is sent with the next one. */
  get token(): Token;
  set token(token: Token | null);
  /** As of the handle; `stopped` before the start, `ended` when it failed. */
  readonly state: State;
  /** Why it is over, if that was an error. */
  readonly error: (Error & { code?: number }) | null;
  /** The `<video>` inside. */
  readonly video: HTMLVideoElement;
  addEventListener<K extends keyof Known<E>>(type: K, listener: (event: Known<E>[K]) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<K extends keyof Known<E>>(type: K, listener: (event: Known<E>[K]) => void, options?: boolean | EventListenerOptions): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | EventListenerOptions): void;
}

/** `<blobcast-player>`: plays a broadcast. */
export declare class BlobcastPlayer extends BlobcastElement<PlayerEvents> {
  autoplay: boolean;
  controls: boolean;
  playsInline: boolean;
  poster: string;
  mode: "" | "auto" | "mse" | "glue" | "realtime";
  /** ms; `null` for as little as does. */
  targetLatency: number | null;
  /** As it is now; the attribute says how it begins. */
  muted: boolean;
  volume: number;
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

/** `<blobcast-recorder>`: broadcasts the camera, the screen or a stream of the page's. */
export declare class BlobcastRecorder extends BlobcastElement<RecorderEvents> {
  /** Default `camera`. */
  source: "camera" | "screen";
  noAudio: boolean;
  /** Times in ms, rates in bits per second; `null` for the default. */
  restartInterval: number | null;
  videoBitsPerSecond: number | null;
  audioBitsPerSecond: number | null;
  mimeType: string;
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
