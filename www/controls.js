// The player's own controls: play, sound, full screen.

import { at, icon } from "./page.js";

const IDLE_AFTER = 2500; // ms

/** Returns what keys do, too. */
export function keepControls(player, video) {
  const [play, mute, volume, large] = ["play", "mute", "volume", "large"].map(at);

  const toggle = () => (video.paused ? video.play().catch(() => {}) : video.pause());
  const toggleSound = () => {
    video.muted = !video.muted;
    if (!video.muted && video.volume === 0) video.volume = 0.5;
  };
  const louder = (by) => {
    video.volume = Math.min(1, Math.max(0, video.volume + by));
    if (by > 0) video.muted = false;
  };
  const isLarge = () => document.fullscreenElement === player;
  // Phones of Apple let only the video itself fill the screen.
  const toggleLarge = () => {
    if (isLarge()) document.exitFullscreen();
    else if (player.requestFullscreen) player.requestFullscreen().catch(() => {});
    else video.webkitEnterFullscreen?.();
  };

  function name(button, words, picture) {
    button.ariaLabel = button.title = words;
    icon(button, picture);
  }
  const showPaused = () => name(play, video.paused ? "Play" : "Pause", video.paused ? "play" : "pause");
  function showSound() {
    const isSilent = video.muted || video.volume === 0;
    name(mute, isSilent ? "Sound on" : "Mute", isSilent ? "muted" : "loud");
    volume.value = video.muted ? 0 : video.volume;
  }
  const showLarge = () => name(large, isLarge() ? "Leave full screen" : "Full screen", isLarge() ? "small" : "large");

  play.addEventListener("click", toggle);
  mute.addEventListener("click", toggleSound);
  large.addEventListener("click", toggleLarge);
  volume.addEventListener("input", () => {
    video.volume = volume.value;
    video.muted = false;
  });
  for (const type of ["play", "pause", "emptied"]) video.addEventListener(type, showPaused);
  video.addEventListener("volumechange", showSound);
  document.addEventListener("fullscreenchange", showLarge);
  video.addEventListener("click", (event) => event.pointerType === "mouse" && toggle());
  video.addEventListener("dblclick", toggleLarge);
  large.hidden = !player.requestFullscreen && !video.webkitEnterFullscreen;
  hideWhileIdle(player);
  for (const show of [showPaused, showSound, showLarge]) show();
  return { toggle, toggleSound, louder, toggleLarge };
}

/** In full screen the controls go when nothing has moved for a while. */
function hideWhileIdle(player) {
  let timer;
  const wake = () => {
    player.classList.remove("idle");
    clearTimeout(timer);
    timer = setTimeout(() => player.classList.add("idle"), IDLE_AFTER);
  };
  for (const type of ["pointermove", "pointerdown", "keydown"]) player.addEventListener(type, wake);
}
