// <blobcast-recorder>: broadcasts the camera, the screen or a stream of the page's, and shows it.

import { startRecording } from "../index.js";
import { reflect } from "./attributes.js";
import { BlobcastElement } from "./base.js";
import { openSource, stopTracks } from "./source.js";
import { Stage } from "./stage.js";
import { recorderView } from "./states.js";

export class BlobcastRecorder extends BlobcastElement {
  static startAttributes = ["src", "url", "name", "restart-interval", "video-bits-per-second", "audio-bits-per-second", "mime-type", "latency"];
  static observedAttributes = [...this.startAttributes, "source", "no-audio", "token"];

  #stage = new Stage(this, "Preview");
  /** The page's stream, whose tracks are its own, and the one that was opened here. */
  #given = null;
  #opened = null;
  #isAsking = false;
  #isStopping = false;
  #problem = null;
  /** Changes of the source come one after the other. */
  #changes = Promise.resolve();

  /** The handle of `startRecording`, from its first state until its end. */
  get recording() {
    return this.handle;
  }

  /** The element that shows the preview. */
  get video() {
    return this.#stage.video;
  }

  /** What is broadcast: a stream that the page gave, or the camera or screen that was opened here. */
  get stream() {
    return this.#given ?? this.#opened;
  }

  set stream(stream) {
    this.#given = stream ?? null;
    this.#preview();
    this.#changeSource();
  }

  /** Asks for the camera or the screen and broadcasts it. Rejects with what went wrong, which is shown as well. */
  async start() {
    if (this.isRunning) return;
    this.#problem = null;
    this.#stage.count(0);
    try {
      await this.begin(async (signal) => {
        const stream = this.stream ?? (await this.#open(signal));
        return startRecording(stream, { ...this.#options, signal });
      });
    } catch (error) {
      if (!this.isRunning) this.#letGo();
      throw error;
    }
  }

  /** Ends it when all that was recorded is delivered. A camera that was opened here is off then. */
  async stop() {
    await this.#halt();
    if (!this.isRunning) this.#letGo();
  }

  async #halt(state) {
    this.#isStopping = this.recording !== null;
    this.render();
    await this.end(state);
    this.#isStopping = false;
    this.render();
  }

  get #options() {
    const { restartInterval, videoBitsPerSecond, audioBitsPerSecond } = this;
    const [mimeType, latency] = [this.mimeType, this.latency].map((value) => value || undefined);
    return { ...this.connectOptions, restartInterval, videoBitsPerSecond, audioBitsPerSecond, mimeType, latency };
  }

  async #open(signal) {
    this.#isAsking = true;
    this.render();
    const stream = await openSource(this.source, !this.noAudio).finally(() => (this.#isAsking = false));
    if (signal.aborted) stopTracks(stream);
    signal.throwIfAborted();
    this.#opened = stream;
    this.#preview();
    this.render();
    return stream;
  }

  #preview() {
    const { video } = this.#stage;
    if (video.srcObject === this.stream) return;
    video.srcObject = this.stream;
    if (this.stream) video.play().catch(() => {}); // a preview that is held back is no reason not to broadcast
  }

  #letGo() {
    stopTracks(this.#opened);
    this.#opened = null;
    this.#preview();
  }

  /** Goes on with another source; where it cannot be had, with the one that there is. */
  #changeSource() {
    this.#changes = this.#changes.then(async () => {
      const { recording } = this;
      if (!recording) return this.renew(); // it has not begun
      let opened = null;
      try {
        const stream = this.#given ?? (opened = await openSource(this.source, !this.noAudio));
        await recording.replaceStream(stream);
        if (this.recording !== recording) return stopTracks(opened);
        stopTracks(this.#opened);
        this.#opened = opened;
        this.#problem = null;
        this.#preview();
      } catch (error) {
        stopTracks(opened);
        this.#problem = this.recording === recording ? error : null;
      }
      this.render();
    });
  }

  entered(signal) {
    const { button, video } = this.#stage;
    Object.assign(video, { muted: true, playsInline: true });
    button.addEventListener("click", () => this.#press(), { signal });
    this.#preview();
  }

  left() {
    this.stop();
    this.#stage.video.srcObject = null;
  }

  moved() {
    this.video.play().catch(() => {}); // a video that leaves the page is paused
  }

  changed(attribute) {
    if (BlobcastRecorder.startAttributes.includes(attribute)) this.renewSoon();
    else if (attribute === "token") this.tokenChanged();
    else if (!this.#given) this.#changeSource();
    this.render();
  }

  /** Another recording of the same source. */
  async renew() {
    if (!this.isRunning) return;
    await this.#halt();
    if (!this.isRunning && this.isConnected) await this.start().catch(() => {}); // shown
  }

  hear(event) {
    if (event.type === "stats") this.#stage.count(event.detail.viewers);
    super.hear(event);
    if (event.type === "state" && event.detail.state === "ended") this.#end();
  }

  /** The tracks have ended, or the relay ended it. An error that comes with it is said right afterwards. */
  async #end() {
    const { recording } = this;
    await recording.stop();
    if (this.recording === recording) await this.end("ended");
    if (!this.isRunning) this.#letGo();
  }

  #press() {
    if (this.#isStopping) return;
    if (this.isRunning) this.stop();
    else this.start().catch(() => {}); // shown
  }

  render() {
    const { state, error, hasAddress } = this;
    const [problem, isAsking, isStopping] = [this.#problem, this.#isAsking, this.#isStopping];
    this.#stage.show(recorderView({ state, error, problem, hasAddress, isAsking, isStopping }));
  }
}

reflect(BlobcastRecorder, {
  source: "source",
  "no-audio": "boolean",
  "restart-interval": "number",
  "video-bits-per-second": "number",
  "audio-bits-per-second": "number",
  "mime-type": "string",
  latency: "string",
});
