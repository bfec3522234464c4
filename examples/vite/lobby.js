/** Where the broadcast is. Vite's own server is told of the relay; what Vite has built expects it at the page's own address. */
export const lobby = { url: import.meta.env.VITE_RELAY ?? location.origin, name: "lobby" };

/** Says how it is going. */
export function say(words) {
  document.querySelector("[role=status]").textContent = words;
}
