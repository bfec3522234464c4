// A page with the elements, which a test puts in; what they say is in `window.log`.

import "/blobcast/element.js";

const params = new URLSearchParams(location.search);

/** Puts an element in; `window.element` is it. */
window.put = (html) => {
  const place = document.querySelector("#here");
  const parsed = document.createRange().createContextualFragment(html);
  const element = (window.element = parsed.firstElementChild);
  const log = (window.log = { states: [], errors: [], muted: 0, stats: 0 });
  element.addEventListener("state", ({ detail }) => log.states.push(detail.state));
  element.addEventListener("error", ({ detail: { name, message } }) => log.errors.push({ name, message }));
  element.addEventListener("muted", () => log.muted++);
  element.addEventListener("stats", () => log.stats++);
  place.append(parsed);
};

/** What a person sees and hears said: messages and the button's text, those that a page has put in too. */
window.shown = () => {
  const root = element.shadowRoot;
  const words = (selector) => {
    const found = root.querySelector(selector);
    if (!found || found.hidden) return "";
    const slot = found.querySelector("slot");
    const given = slot?.assignedNodes() ?? [];
    return (given.length ? given : [slot ?? found]).map((node) => node.textContent).join("").trim();
  };
  const badge = root.querySelector("[part=badge]");
  return {
    status: words("[part=overlay] [role=status]"),
    alert: words("[role=alert]"),
    button: words("[part=button]"),
    badge: badge.hidden ? "" : badge.innerText.replace(/\s+/g, " ").trim(),
  };
};

/** Whether a quarter of a second of it has been played. */
window.hasPicture = () => {
  const { paused, played } = element.video;
  return !paused && played.length > 0 && played.end(played.length - 1) - played.start(0) > 0.25;
};

// A page that nobody has touched: the test says by its address what is in it.
const html = params.get("put");
if (html) put(html);
window.isReady = true;
