// How long something goes on, shown while it does.

import { clock } from "./figures.js";

export function stopwatch(element) {
  let began = null;
  let timer;
  const seconds = () => (Date.now() - began) / 1000;
  const show = () => (element.textContent = clock(seconds()));
  return {
    /** Harmless while it runs. */
    start() {
      if (began !== null) return;
      began = Date.now();
      show();
      timer = setInterval(show, 1000);
    },
    /** Says how many seconds it ran, or `null` if it did not. */
    stop() {
      clearInterval(timer);
      const ran = began === null ? null : seconds();
      began = null;
      return ran;
    },
  };
}
