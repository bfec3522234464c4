// What all pages do with their elements.

export const at = (id) => document.getElementById(id);

/** A screen reader says what changes, so only what changes is set. */
export function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** Shows words in an element that is hidden while there are none. */
export function tell(element, words) {
  say(element, words ?? "");
  element.hidden = !words;
}

/** Shows one of the icons that an element has. (They are all there from the beginning: a relay that is away gives none.) */
export function icon(element, name) {
  for (const one of element.querySelectorAll("[data-icon]")) one.toggleAttribute("hidden", one.dataset.icon !== name);
}
