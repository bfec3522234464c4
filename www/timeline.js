// The time line below a video: what the relay has kept of the broadcast, and what is live at its right end.

import { ago, span } from "./words.js";

/** How often the relay is asked what it keeps, ms. */
const ASK_EVERY = 10_000;
/** What is nearer to the live edge than this, s, is live. */
const NEAR = 3;
/** How far the button goes back, s. */
const STEP = 10;
/** What the link saves, s. */
const MINUTE = 60;

const at = (id) => document.getElementById(id);

/** Shows it once there is something to rewind. `failed` is told of what goes wrong. */
export async function showTimeline(viewing, name, failed) {
  const [line, place] = [at("timeline"), at("place")];
  /** When what is kept begins, ms since the Unix epoch. */
  let from = null;
  let isHeld = false;

  const seek = (seconds) => (seconds > -NEAR ? viewing.goLive() : viewing.seek(seconds).catch(failed));
  const sought = () => {
    isHeld = false;
    seek(Number(place.value));
  };
  place.addEventListener("input", () => {
    isHeld = true;
    say(Number(place.value));
  });
  place.addEventListener("change", sought);
  at("back").addEventListener("click", () => seek(Math.max(Number(place.value) - STEP, Number(place.min))));
  at("live").addEventListener("click", () => viewing.goLive());
  at("save").href = `/export/${name}?from=-${MINUTE * 1000}`;

  function say(seconds) {
    at("behind").textContent = seconds > -NEAR ? "" : span(-seconds);
    place.setAttribute("aria-valuetext", seconds > -NEAR ? "live" : ago(-seconds));
  }

  function show({ latency }) {
    if (from === null || isHeld) return;
    const behind = viewing.state === "replaying" ? (latency ?? 0) / 1000 : 0;
    place.min = Math.min(-1, Math.floor((from - Date.now()) / 1000));
    place.value = -behind;
    at("live").dataset.live = viewing.state === "live";
    say(-behind);
  }

  async function ask() {
    const kept = await viewing.seekable().catch(() => null);
    from = kept?.from.getTime() ?? null;
    line.hidden = from === null;
    show(viewing.stats());
  }

  viewing.addEventListener("stats", ({ detail }) => show(detail));
  viewing.addEventListener("state", () => show(viewing.stats()));
  const asking = setInterval(ask, ASK_EVERY);
  viewing.addEventListener("state", ({ detail }) => detail.state === "stopped" && clearInterval(asking));
  await ask();
}
