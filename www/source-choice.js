// What the person chooses to broadcast: the kinds of sources, and what is to be chosen of each.

import { keepDevices, showUsed } from "./devices.js";
import { at, icon, say } from "./page.js";
import { opensUnasked } from "./sources.js";

/** By kind: what the button says, off air and on air, and what is written where the picture would be. */
const WORDS = {
  camera: ["Turn on the camera", "Switch to the camera", "See yourself first.", "Turn on the camera, then go live."],
  sound: ["Turn on the microphone", "Switch to the microphone", "Sound without a picture.", "Turn on the microphone, then go live."],
  screen: ["Choose a screen…", "Switch to a screen…", "Show what you see.", "Choose a screen, a window or a tab, then go live."],
  file: ["Choose a file…", "Switch to a file…", "Play a file to everybody.", "Choose one, or drop it here."],
  test: ["Show the test picture", "Switch to the test picture", "A picture that tells the time.", "It needs no camera: show it, then go live."],
};
const LISTENING = ["Sound only", "Viewers hear you and see no picture."];

const { source, sound } = at("form").elements;
const [camera, microphone] = [at("camera"), at("microphone")];

/** `open` opens what is `wanted()`, `openUnasked` if it is not being opened; `close` takes away what is not wanted any more. */
export function chooseSource({ open, openUnasked, isOpen, isOnAir, close }) {
  const askDevices = keepDevices(camera, microphone);
  let file = null;

  /** Another kind: the choices for it, and itself if nobody is to be asked. What is on air stays until it is replaced. */
  async function onKind() {
    const kind = source.value;
    invite();
    show(false);
    if (isOnAir()) return;
    close();
    if ((await opensUnasked(kind)) && source.value === kind && !isOnAir()) await openUnasked();
  }

  function show(isBusy) {
    const kind = source.value;
    for (const part of document.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(kind);
    const [turnOn, switchTo] = WORDS[kind];
    say(at("open-source"), isOnAir() && !isOpen(kind) ? switchTo : turnOn);
    at("open-source").hidden = isOpen(kind) && !["file", "screen"].includes(kind);
    at("open-source").ariaDisabled = isBusy;
    say(at("sound-words"), kind === "screen" ? "With its sound, where the browser has it" : "With a tick each second");
    const none = microphone.querySelector("[value=none]");
    if (none) none.disabled = kind === "sound";
    if (kind === "sound" && microphone.value === "none") microphone.selectedIndex = 0;
  }

  /** What is written while there is no picture. `first` is said before. */
  function invite(first) {
    const [title, hint] = isOpen("sound") ? LISTENING : WORDS[source.value].slice(2);
    icon(at("nothing"), source.value);
    say(at("title"), first ?? title);
    say(at("hint"), hint);
  }

  function take(chosen) {
    if (!chosen) return;
    file = chosen;
    source.value = "file";
    say(at("chosen"), chosen.name);
    show(false);
    open();
  }

  for (const radio of source) radio.addEventListener("change", onKind);
  for (const select of [camera, microphone, sound]) {
    select.addEventListener("change", () => isOpen(source.value) && source.value !== "screen" && open());
  }
  at("open-source").addEventListener("click", () => {
    if (at("open-source").ariaDisabled === "true") return;
    if (source.value === "file") at("file").click();
    else open();
  });
  at("file").addEventListener("change", () => take(at("file").files[0]));
  addEventListener("dragover", (event) => {
    event.preventDefault();
    at("stage").classList.add("dropping");
  });
  for (const type of ["dragleave", "drop"]) addEventListener(type, () => at("stage").classList.remove("dropping"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });

  return {
    show,
    invite,
    isShown: (kind) => source.value === kind,
    wanted: () => ({ kind: source.value, camera: camera.value, microphone: microphone.value, sound: sound.checked, file }),

    /** Another source is shown, or none. With a camera open the browser names the devices. */
    async opened(next) {
      invite();
      if (!["camera", "sound"].includes(next?.kind)) return;
      await askDevices();
      showUsed(next.stream, camera, microphone);
    },

    /** A reload offers the same broadcast again. */
    remember(name) {
      const query = new URLSearchParams({ name, source: source.value });
      if (!sound.checked || microphone.value === "none") query.set("sound", "off");
      history.replaceState(null, "", `?${query}`);
    },

    async begin(query) {
      source.value = query.get("source") ?? "camera";
      if (!source.value) source.value = "camera";
      await askDevices();
      if (query.get("sound") === "off") {
        sound.checked = false;
        microphone.value = "none";
      }
      await onKind();
    },
  };
}
