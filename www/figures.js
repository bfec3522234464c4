// Figures, as a person would write them.

export const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

export const bitrate = (bits) => (bits < 1e6 ? `${Math.round(bits / 1e3)} kbit/s` : `${(bits / 1e6).toFixed(1)} Mbit/s`);

export const bytes = (number) => (number < 1e6 ? `${Math.round(number / 1e3)} kB` : `${(number / 1e6).toFixed(1)} MB`);

/** Milliseconds; a dash where nothing is known yet. */
export const time = (ms) => (ms == null ? "–" : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** How far behind a viewing is. Without trust a latency of 0 is a picture from the future; with another the relay is only being asked what time it is. */
export const behind = ({ latency, clockTrusted }, write = time) => (clockTrusted ? write(latency) : latency === 0 ? "clocks differ" : "–");

/** So many seconds as a clock shows them: `0:07`, `1:02:03`. */
export function clock(seconds) {
  const [s, m, h] = [seconds % 60, (seconds / 60) % 60, seconds / 3600].map(Math.floor);
  const two = (part) => String(part).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** So many seconds before now. */
export function ago(seconds) {
  const [s, m] = [Math.round(seconds % 60), Math.floor(seconds / 60)];
  return `${m ? `${count(m, "minute")} ` : ""}${count(s, "second")} ago`;
}

/** `video/webm;codecs=vp8,opus` is `vp8, opus`. */
export const codecs = (mimeType) => mimeType?.split("codecs=")[1]?.replace(",", ", ") ?? "–";
