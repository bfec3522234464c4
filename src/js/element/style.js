// How the elements look: a picture, and what is said about it on a dark veil. The same on light and dark pages.

import { BUTTON } from "./button_style.js";

const CSS = `
:host {
  --_accent: var(--blobcast-accent, #f4f7f8);
  --_on-accent: var(--blobcast-on-accent, #10181d);
  --_text: var(--blobcast-text, #f4f7f8);
  --_veil: var(--blobcast-veil, #0a0f12d9);
  --_radius: var(--blobcast-radius, 12px);
  display: block;
  position: relative;
  aspect-ratio: 16 / 9;
  min-width: 0;
  max-width: 100%;
  overflow: hidden;
  border-radius: var(--_radius);
  background: #0a0f12;
  color: var(--_text);
  color-scheme: dark;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  text-align: center;
}

:host([hidden]),
[hidden] {
  display: none !important;
}

*,
::before {
  box-sizing: border-box;
}

.frame,
video,
[part="overlay"] {
  position: absolute;
  inset: 0;
  width: 100%;
  height: 100%;
  border-radius: inherit;
}

video {
  object-fit: var(--blobcast-fit, contain);
}

/* It comes before the video, so that its button is reached first. */
[part="overlay"] {
  z-index: 1;
  display: flex;
  flex-direction: column;
  align-items: center;
  justify-content: safe center;
  gap: 1rem;
  padding: 1rem;
  overflow: auto;
  pointer-events: none;
}

.dark {
  background: var(--_veil);
}

.corner {
  align-items: start;
  justify-content: start;
}

[part="message"] {
  max-width: 34rem;
  margin: 0;
  font-weight: 550;
  overflow-wrap: anywhere;
}

[part="message"]:empty {
  position: absolute;
}

.busy [part="message"]:not(:empty)::before {
  content: "";
  flex: none;
  width: 1.75rem;
  height: 1.75rem;
  border: 3px solid currentColor;
  border-block-start-color: transparent;
  border-radius: 50%;
}

.dark [part="message"] {
  text-wrap: balance;
}

.dark [part="message"]::before {
  display: block;
  margin: 0 auto 0.75rem;
}

/* Over a picture that goes on, a message has a veil of its own. */
[part="overlay"]:not(.dark) [part="message"]:not(:empty) {
  display: flex;
  align-items: center;
  gap: 0.75rem;
  margin-block: auto;
  padding: 0.375rem 1rem;
  border-radius: var(--_radius);
  background: var(--_veil);
  font-size: 0.875rem;
  text-wrap: pretty;
}

[part="overlay"]:not(.dark) [part="message"]::before {
  width: 1.25rem;
  height: 1.25rem;
}

@media (prefers-reduced-motion: no-preference) {
  .busy [part="message"]::before {
    animation: turn 1s linear infinite;
  }
}

@keyframes turn {
  to {
    rotate: 1turn;
  }
}
`;

let sheet;

/** One for all elements. A constructed one is no inline style, which a Content-Security-Policy may forbid. */
export function styleSheet() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS + BUTTON);
  }
  return sheet;
}
