// <blobcast-player>: a video that plays a broadcast.

import { startViewing } from "../index.js";
import { reflect } from "./attributes.js";
import { BlobcastElement } from "./base.js";
import { Stage } from "./stage.js";
import { playerView } from "./states.js";

/** The viewer's own video has these too. */
const OF_VIDEO = ["poster", "playsinline"];

export class BlobcastPlayer extends BlobcastElement {
  static startAttributes = ["src", "url", "name", "mode", "target-latency"];
  static observedAttributes = [...this.startAttributes, ...OF_VIDEO, "token", "muted", "autoplay", "controls"];

  #stage = new Stage(this, "Live video");
  #hasPicture = false;
  #isRefused = false;
  #isSilenced = false;
  #wasPlaying = false;

  /** The handle of `startViewing`, from its first state until `stop()`. */
  get viewing() {
    return this.handle;
  }

  /** The element that plays. */
  get video() {
    return this.#stage.video;
  }

  get muted() {
    return this.video.muted;
  }

  set muted(muted) {
    this.video.muted = muted;
  }

  get volume() {
    return this.video.volume;
  }

  set volume(volume) {
    this.video.volume = volume;
  }

  get paused() {
    return this.video.paused;
  }

  /** Begins the viewing, or goes on after a pause, at the live edge. Rejects with what went wrong, which is shown as well. */
  async play() {
    if (!this.isRunning) await this.#start();
    else if (this.#hasPicture || this.#isRefused) await this.video.play();
  }

  /** Pauses. Before there is a picture, that is the same as `stop()`. */
  pause() {
    if (this.#hasPicture) this.video.pause();
    else this.stop();
  }

  /** Ends the viewing. `play()` begins another one. */
  async stop() {
    await this.end();
  }

  async #start() {
    this.#hasPicture = this.#isRefused = this.#isSilenced = false;
    await this.begin(async (signal) => startViewing(this.video, { ...this.#options, signal }));
  }

  get #options() {
    const { mode, targetLatency } = this;
    return { ...this.connectOptions, mode: mode || undefined, targetLatency };
  }

  entered(signal) {
    const { frame, button } = this.#stage;
    button.addEventListener("click", () => this.#press(), { signal });
    const on = (type, act) =>
      frame.addEventListener(type, ({ target }) => target === this.video && (act(), this.render()), { capture: true, signal });
    on("loadeddata", () => (this.#hasPicture = true));
    on("playing", () => (this.#isRefused = false));
    on("volumechange", () => (this.#isSilenced &&= this.video.muted));
  }

  left() {
    this.stop();
  }

  disconnectedCallback() {
    this.#wasPlaying = !this.video.paused;
    super.disconnectedCallback();
  }

  moved() {
    if (this.#wasPlaying && this.video.paused) this.video.play().catch(() => {}); // a video that leaves the page is paused
  }

  changed(attribute) {
    const value = this.getAttribute(attribute);
    if (BlobcastPlayer.startAttributes.includes(attribute)) this.renewSoon();
    else if (attribute === "muted") this.video.muted = value !== null;
    else if (attribute === "token") this.tokenChanged();
    else if (attribute === "autoplay") this.isRunning || this.renewSoon();
    else if (OF_VIDEO.includes(attribute)) {
      if (value === null) this.video.removeAttribute(attribute);
      else this.video.setAttribute(attribute, value);
    }
    this.render();
  }

  async renew() {
    const goesOn = this.isRunning || this.error !== null || this.autoplay;
    await this.stop();
    if (goesOn && this.hasAddress && !this.isRunning && this.isConnected) this.#start().catch(() => {}); // shown
  }

  hear(event) {
    if (event.type === "muted") this.#isSilenced = !this.hasAttribute("muted");
    if (event.type === "error" && event.detail.name === "NotAllowedError") this.#isRefused = this.state === "live";
    super.hear(event);
  }

  #press() {
    const isSilenced = this.#isSilenced;
    if (isSilenced) this.video.muted = false;
    this.play().catch(() => {}); // shown
  }

  render() {
    const { state, error, hasAddress } = this;
    const [hasPicture, isRefused, isSilenced] = [this.#hasPicture, this.#isRefused, this.#isSilenced];
    // Beside what is shown here the browser's own buttons and its sign of waiting would be too much; in full screen nothing is shown here.
    const isPlaying = hasPicture && !isRefused && state === "live";
    this.video.controls = this.controls && (isPlaying || this.video.matches(":fullscreen"));
    this.#stage.show(playerView({ state, error, hasAddress, hasPicture, isRefused, isSilenced }));
  }
}

reflect(BlobcastPlayer, {
  autoplay: "boolean",
  controls: "boolean",
  playsinline: "boolean",
  poster: "string",
  mode: "string",
  "target-latency": "number",
});
