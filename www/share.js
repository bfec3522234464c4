// The link to a broadcast: to copy, to hand on, and as a QR code.

import { generate } from "lean-qr";
import { at } from "./page.js";

const COPIED_FOR = 2000; // ms

/** Where viewers find the broadcast. */
export const linkTo = (name) => new URL(`watch.html?${new URLSearchParams({ name })}`, location).href;

export function showLink(link) {
  at("link").value = at("open").href = link;
  generate(link).toCanvas(at("qr"), { padX: 3, padY: 3 });
  const isLocal = /^(localhost|127\.|\[::1\])/.test(location.hostname);
  at("local").hidden = !isLocal;
  at("scan").hidden = isLocal;
  at("hand-on").hidden = !navigator.share;
}

async function copy() {
  at("link").select();
  // Browsers give the clipboard only to secure pages, and what is selected also to others.
  const copied = navigator.clipboard
    ? await navigator.clipboard.writeText(at("link").value).then(() => true, () => false)
    : document.execCommand("copy");
  answer(copied ? "Copied" : "Press Ctrl+C");
}

/** Said on the button, and by screen readers. */
function answer(words) {
  at("copy-words").textContent = at("copied").textContent = words;
  setTimeout(() => {
    at("copy-words").textContent = "Copy";
    at("copied").textContent = "";
  }, COPIED_FOR);
}

at("copy").addEventListener("click", copy);
at("hand-on").addEventListener("click", () => {
  navigator.share({ title: document.title, url: at("link").value }).catch(() => {}); // the person thought better of it
});
