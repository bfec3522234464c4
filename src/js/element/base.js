// What both elements are: something that runs for as long as the element is in a page, and shows its state.

import { address } from "./address.js";
import { adoptProperties, reflect } from "./attributes.js";

const EVENTS = ["state", "stats", "error", "muted", "congestion"];

/** Without a browser there is nothing to extend, and nobody makes one. */
const Base = globalThis.HTMLElement ?? class {};

export class BlobcastElement extends Base {
  #internals = this.attachInternals();
  /** What is started or running: `{ abort, handle, wanted }`. */
  #run = null;
  #state = "stopped";
  #error = null;
  #askToken = null;
  /** Aborted when the element has left the page. */
  #presence = null;
  #renews = false;

  get state() {
    return this.#state;
  }

  /** Why it is not running, if that is an error. */
  get error() {
    return this.#error;
  }

  get token() {
    return this.#askToken ?? this.getAttribute("token") ?? "";
  }

  set token(token) {
    this.#askToken = typeof token === "function" ? token : null;
    if (typeof token === "string") this.setAttribute("token", token);
    else this.removeAttribute("token");
    this.tokenChanged();
  }

  get isRunning() {
    return this.#run !== null;
  }

  /** The handle of what is running. */
  get handle() {
    return this.#run?.handle ?? null;
  }

  get hasAddress() {
    return this.hasAttribute("src") || this.hasAttribute("url");
  }

  /** The options that both calls take. A token is asked for at each connection, so a new one needs no new start. */
  get connectOptions() {
    const [src, url, name] = ["src", "url", "name"].map((attribute) => this.getAttribute(attribute));
    const where = address({ src, url, name }, this.ownerDocument.baseURI);
    if (!where) throw new TypeError(`<${this.localName}> needs the attribute src, such as src="wss://relay.example/lobby"`);
    const token = this.token && (() => (typeof this.token === "function" ? this.token() : this.token));
    return { ...where, token: token || undefined, debug: this.debug };
  }

  connectedCallback() {
    adoptProperties(this);
    if (this.#presence) return this.moved();
    this.#presence = new AbortController();
    this.#mark(null, this.#state);
    this.entered(this.#presence.signal);
    this.render();
    this.renewSoon();
  }

  disconnectedCallback() {
    // A move is a removal and an insertion in one task, so the next one tells.
    setTimeout(() => {
      if (this.isConnected || !this.#presence) return;
      this.#presence.abort();
      this.#presence = null;
      this.left();
    });
  }

  /** Moved by `moveBefore`, which disturbs nothing. */
  connectedMoveCallback() {}

  /** Taken from one place in the page and put into another. */
  moved() {}

  attributeChangedCallback(attribute, before, now) {
    if (before !== now) this.changed(attribute);
  }

  tokenChanged() {
    if (this.#error) this.renewSoon();
  }

  /** Brings what runs in line with the attributes, once for all that change together. */
  renewSoon() {
    if (this.#renews || !this.#presence) return;
    this.#renews = true;
    queueMicrotask(() => {
      this.#renews = false;
      if (this.#presence && this.#run?.wanted !== this.#wanted) this.renew();
    });
  }

  /** The attributes that a start depends on. */
  get #wanted() {
    return this.constructor.startAttributes.map((attribute) => this.getAttribute(attribute)).join("\n");
  }

  /**
   * Runs what `start` gives a handle of. Rejects with what went wrong, which the element shows, or with an AbortError when it
   * was ended meanwhile; `start` gets the signal that tells, and gives it to the call.
   */
  async begin(start) {
    const abort = new AbortController();
    const run = (this.#run = { abort, handle: null, wanted: this.#wanted });
    this.#error = null;
    this.setState("connecting");
    try {
      abort.signal.throwIfAborted(); // by who has just heard "connecting"
      const handle = await start(abort.signal);
      abort.signal.throwIfAborted();
      run.handle = handle;
    } catch (error) {
      if (!abort.signal.aborted) this.fail(error);
      throw error;
    }
    for (const type of EVENTS) run.handle.addEventListener(type, (event) => this.hear(event), { signal: abort.signal });
    this.setState(run.handle.state);
  }

  /** Ends what runs, and resolves when it is delivered and gone. Twice is harmless. */
  async end(state = "stopped") {
    const run = this.#run;
    await run?.handle?.stop();
    if (run !== this.#run) return; // ended by another call meanwhile
    run?.abort.abort();
    this.#run = null;
    this.#error = null;
    this.setState(state);
  }

  /** It did not start, or is over by an error. */
  fail(error) {
    this.#run?.abort.abort(); // which stops it: it still holds the last picture
    this.#run = null;
    this.#error = error;
    this.setState("ended");
    this.#dispatch("error", error);
  }

  /** Passes on what the handle says. */
  hear({ type, detail }) {
    if (type === "state") return this.setState(detail.state);
    if (type === "error" && this.handle.state === "ended") return this.fail(detail);
    this.#dispatch(type, detail);
    this.render();
  }

  setState(state) {
    if (state === this.#state) return this.render();
    this.#mark(this.#state, state);
    this.#state = state;
    this.render();
    this.#dispatch("state", { state });
  }

  #dispatch(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** For CSS: `:state(live)`, and `[data-state="live"]` where there are no such states. */
  #mark(before, now) {
    try {
      this.#internals.states.delete(before);
      this.#internals.states.add(now);
    } catch {
      this.dataset.state = now;
    }
  }
}

reflect(BlobcastElement, { src: "string", url: "string", name: "string", debug: "boolean" });
