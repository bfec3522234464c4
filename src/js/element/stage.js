// What an element is made of: the video, and over it the message, the button and the badge. Shows views (states.js).

import { BUTTONS } from "./states.js";
import { styleSheet } from "./style.js";

/** Paths in a field of 24 by 24. */
const ICONS = {
  play: "M8 5v14l11-7z",
  unmute: "M4 9v6h4l5 5V4L8 9zm16.6 6.2L19.2 16.6 17 14.4l-2.2 2.2-1.4-1.4 2.2-2.2-2.2-2.2 1.4-1.4L17 11.6l2.2-2.2 1.4 1.4-2.2 2.2z",
  retry: "M12 5V1L7 6l5 5V7a5 5 0 1 1-5 5H5a7 7 0 1 0 7-7z",
  start: "M12 5a7 7 0 1 0 0 14 7 7 0 0 0 0-14z",
  stop: "M6 6h12v12H6z",
};

/** An element: its attributes and what is in it. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

/** What a page may replace: `<p slot="waiting">…</p>`. */
const slot = (name, text) => make("slot", { name }, text);

function icon(path) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(namespace, "path"));
  svg.firstChild.setAttribute("d", path);
  return svg;
}

export class Stage {
  video;
  button = make("button", { part: "button", type: "button", hidden: "" });
  /** They are there before they say something, or nobody hears them. */
  #status = make("p", { part: "message", role: "status" });
  #alert = make("p", { part: "message", role: "alert" });
  #overlay = make("div", { part: "overlay" }, this.#alert, this.#status, this.button);
  #live = make("span", { role: "status" });
  #viewers = make("span", { part: "viewers" });
  #badge = make("div", { part: "badge", hidden: "" }, this.#live, this.#viewers);
  frame;

  constructor(host, label) {
    this.video = make("video", { part: "video", "aria-label": label });
    this.frame = make("div", { class: "frame", tabindex: "-1" }, this.#overlay, this.#badge, this.video);
    const root = host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styleSheet()];
    root.append(this.frame);
  }

  show({ message, text, isAlert, isBusy = false, isDark = false, button, isInert = false, badge }) {
    const hadFocus = this.button.matches(":focus");
    this.#overlay.classList.toggle("dark", isDark);
    this.#overlay.classList.toggle("busy", isBusy);
    this.#overlay.classList.toggle("badged", Boolean(badge));
    this.#overlay.classList.toggle("corner", button === "unmute");
    fill(this.#alert, isAlert ? message : null, text);
    fill(this.#status, isAlert ? null : message, text);
    if (fill(this.button, button, BUTTONS[button]) && button) this.button.prepend(icon(ICONS[button]));
    this.button.hidden = !button;
    this.button.dataset.does = button ?? "";
    this.button.ariaDisabled = isInert;
    if (hadFocus && !button) this.frame.focus({ preventScroll: true }); // or the keyboard would begin anew at the top of the page
    fill(this.#live, badge ? "live" : null, "Live");
    this.#badge.hidden = !badge;
  }

  /** How many watch, beside the badge. */
  count(viewers) {
    const number = this.#viewers.firstChild ?? make("b");
    if (number.textContent === String(viewers)) return;
    number.textContent = viewers;
    if (!number.parentNode) this.#viewers.append(number, " ", slot("watching", "watching"));
  }
}

/** Puts a slot into an element unless it is there already, which would be said aloud again. Tells whether it did. */
function fill(element, name, text) {
  const there = element.querySelector("slot");
  if ((there?.name ?? null) === (name ?? null) && (!name || there.textContent === text)) return false;
  element.replaceChildren(...(name ? [slot(name, text)] : []));
  return true;
}
