// How the elements look: a picture, and what is said about it on a dark veil. The same on light and dark pages.

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

.frame {
  position: absolute;
  inset: 0;
}

video {
  display: block;
  width: 100%;
  height: 100%;
  object-fit: var(--blobcast-fit, contain);
}

[part="overlay"] {
  position: absolute;
  inset: 0;
  z-index: 1;
  display: flex;
  flex-direction: column;
  align-items: center;
  justify-content: safe center;
  gap: 1rem;
  padding: 1rem;
  overflow: auto;
  pointer-events: none;
  transition: background-color 0.2s;
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
  text-wrap: balance;
  overflow-wrap: anywhere;
  pointer-events: auto;
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
  padding: 0.5rem 1rem;
  border-radius: var(--_radius);
  background: var(--_veil);
}

button {
  display: inline-flex;
  flex: none;
  align-items: center;
  justify-content: center;
  gap: 0.5rem;
  min-height: 2.75rem;
  max-width: 100%;
  padding: 0.5rem 1.25rem;
  border: 1px solid transparent;
  border-radius: 99px;
  background: var(--_accent);
  color: var(--_on-accent);
  box-shadow: 0 1px 6px #0006;
  font: inherit;
  font-weight: 600;
  line-height: 1.25;
  cursor: pointer;
  pointer-events: auto;
}

button:hover {
  filter: brightness(0.92);
}

button svg {
  flex: none;
  width: 1.375rem;
  height: 1.375rem;
  margin-inline-start: -0.25rem;
  fill: currentColor;
}

/* Light and dark at once: it is seen on any picture. */
button:focus-visible,
video:focus-visible {
  outline: 3px solid #ffffff;
  outline-offset: 3px;
  box-shadow: 0 0 0 3px #10181d;
}

video:focus-visible {
  outline-offset: -3px;
}

button[data-does="start"] svg {
  color: #d3173a;
}

button[data-does="stop"] {
  margin-block-start: auto;
  background: #c41e3a;
  color: #ffffff;
}

[part="badge"] {
  position: absolute;
  z-index: 1;
  inset-block-start: 0.75rem;
  inset-inline-start: 0.75rem;
  display: flex;
  align-items: center;
  gap: 0.75rem;
  padding: 0.25rem 0.75rem;
  border-radius: 99px;
  background: var(--_veil);
  font-size: 0.875rem;
  font-variant-numeric: tabular-nums;
  pointer-events: none;
}

[part="badge"] [role="status"] {
  display: flex;
  align-items: center;
  gap: 0.5rem;
  font-weight: 600;
}

[part="badge"] [role="status"]::before {
  content: "";
  width: 0.5rem;
  height: 0.5rem;
  border-radius: 50%;
  background: #ff4d67;
}

@media (prefers-reduced-motion: no-preference) {
  .busy [part="message"]::before {
    animation: turn 1s linear infinite;
  }
}

@media (prefers-reduced-motion: reduce) {
  [part="overlay"] {
    transition: none;
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
    sheet.replaceSync(CSS);
  }
  return sheet;
}
