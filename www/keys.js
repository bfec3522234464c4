// The player by keys, as players have them, and the list of them. They can be turned off, for those who speak to their computer:
// <https://www.w3.org/WAI/WCAG22/Understanding/character-key-shortcuts.html>

import { keep, kept } from "./kept.js";
import { at } from "./page.js";

const LOUDER = 0.1;
const STEP = 10; // s

export function listenToKeys(controls, timeline) {
  const dialog = at("keys");
  const on = at("keys-on");
  on.checked = kept("keys") !== "off";
  on.addEventListener("change", () => keep("keys", on.checked ? "on" : "off"));
  at("show-keys").addEventListener("click", () => dialog.showModal());

  const acts = {
    " ": controls.toggle,
    m: controls.toggleSound,
    f: controls.toggleLarge,
    arrowup: () => controls.louder(LOUDER),
    arrowdown: () => controls.louder(-LOUDER),
    arrowleft: () => timeline.step(-STEP),
    arrowright: () => timeline.step(STEP),
    l: () => timeline.goLive(),
    "?": () => dialog.showModal(),
  };

  addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if (!on.checked || dialog.open || event.ctrlKey || event.metaKey || event.altKey || !acts[key] || belongsTo(event.target, key)) return;
    event.preventDefault();
    acts[key]();
  });
}

/** Whether what has the focus takes this key for itself. */
function belongsTo(element, key) {
  if (key === " ") return element.closest("button, a, summary, input");
  return key.startsWith("arrow") && element.closest("input");
}
