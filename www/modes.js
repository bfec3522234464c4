// How it is played: one of the package's modes, kept in the page's address.

import { at, say } from "./page.js";

/** What each means, and what of a browser it needs. */
const MODES = {
  auto: { words: "What this browser plays best", needs: null },
  mse: { words: "Smooth and near: by MediaSource.", needs: "MediaSource" },
  realtime: { words: "As near as it can be: by WebCodecs.", needs: "VideoDecoder" },
  glue: { words: "One segment after the other, a second or two behind.", needs: null },
};

export function keepModes(query, change) {
  const radios = [...at("modes").querySelectorAll("input")];
  const chosen = () => radios.find(({ checked }) => checked).value;
  for (const radio of radios) {
    const { needs } = MODES[radio.value];
    radio.disabled = needs !== null && !(needs in window);
    if (radio.disabled) radio.parentElement.title = `This browser has no ${needs} here.`;
    radio.checked = radio.value === (query.get("mode") ?? "auto");
    radio.addEventListener("change", () => {
      query.set("mode", radio.value);
      history.replaceState(null, "", `?${query}`);
      show(null);
      change(radio.value);
    });
  }
  if (!radios.some(({ checked }) => checked)) radios[0].checked = true;

  function show(playing) {
    const mode = chosen();
    say(at("mode-words"), mode === "auto" ? `${MODES.auto.words}${playing ? `: ${playing}` : ""}.` : MODES[mode].words);
  }
  show(null);

  return {
    chosen,
    show,
    /** A mode of the person's choice that does not play this broadcast. */
    why(error) {
      if (error.name !== "NotSupportedError" || chosen() === "auto") return null;
      return `This browser does not play this broadcast in mode ${chosen()}: choose another mode.`;
    },
  };
}
