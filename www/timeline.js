// The time line below the picture: ten seconds back, and to what is live. It is there where the relay keeps what is broadcast.

import { ago, clock } from "./figures.js";
import { at } from "./page.js";

/** How often to ask how far back it goes, ms. */
const ASK_EVERY = 5000;
/** What is nearer to the live edge than this, s, is live. */
const NEAR = 3;
/** How far the button goes back, s. */
const STEP = 10;
/** What the link saves, s. */
const MINUTE = 60;

/** Follows one viewing after the other. `failed` is told of what goes wrong. */
export function keepTimeline(name, failed) {
  const place = at("place");
  let viewing = null;
  /** When what is kept begins, ms since the Unix epoch. */
  let from = null;
  let isHeld = false;

  const seek = (seconds) => (seconds > -NEAR ? viewing.goLive() : viewing.seek(seconds).catch(failed));
  const step = (by) => from !== null && seek(Math.max(Number(place.value) + by, Number(place.min)));
  const goLive = () => viewing?.goLive();

  place.addEventListener("input", () => {
    isHeld = true;
    say(Number(place.value));
  });
  place.addEventListener("change", () => {
    isHeld = false;
    seek(Number(place.value));
  });
  at("back").addEventListener("click", () => step(-STEP));
  at("live").addEventListener("click", goLive);
  at("save").href = `/export/${name}?from=-${MINUTE * 1000}`;

  function say(seconds) {
    at("behind").textContent = seconds > -NEAR ? "" : `−${clock(-seconds)}`;
    place.setAttribute("aria-valuetext", seconds > -NEAR ? "live" : ago(-seconds));
  }

  const behind = () => (viewing.state === "replaying" ? (viewing.stats().latency ?? 0) / 1000 : 0);

  function show() {
    if (from === null || isHeld) return;
    place.min = Math.min(-1, Math.floor((from - Date.now()) / 1000));
    place.value = -behind();
    at("live").dataset.live = viewing.state === "live";
    say(-behind());
  }

  async function ask() {
    const asked = viewing;
    const kept = await asked?.seekable().catch(() => null);
    if (!asked || asked !== viewing) return;
    from = kept?.from.getTime() ?? null;
    at("timeline").hidden = from === null;
    show();
  }
  setInterval(ask, ASK_EVERY);

  return {
    step,
    goLive,
    /** Where it plays, as an option of `startViewing`. */
    place: () => (viewing && behind() > NEAR ? { from: -behind() } : {}),
    follow(next) {
      viewing = next;
      for (const type of ["stats", "state"]) next.addEventListener(type, () => next === viewing && show());
      ask();
    },
  };
}
