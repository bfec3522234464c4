// How the button and the badge look.

export const BUTTON = `
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
:focus-visible {
  outline: 3px solid #ffffff;
  outline-offset: 3px;
  box-shadow: 0 0 0 3px #10181d;
}

video:focus-visible,
.frame:focus-visible::after {
  outline-offset: -3px;
}

/* An outline of its own would lie under the video. */
.frame:focus-visible::after {
  content: "";
  position: absolute;
  z-index: 2;
  inset: 0;
  border-radius: inherit;
  outline: 3px solid #ffffff;
  pointer-events: none;
}

button[aria-disabled="true"] {
  opacity: 0.6;
  cursor: default;
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
  font-weight: 600;
}

[part="badge"] [role="status"]::before {
  content: "";
  display: inline-block;
  width: 0.5rem;
  margin-inline-end: 0.5rem;
  height: 0.5rem;
  border-radius: 50%;
  background: #ff4d67;
}

/* On a small picture the message must not lie under it. */
.badged {
  padding-block-start: 3rem;
}
`;
