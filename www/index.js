// The start page: asks the relay what is live, again and again.

import { count } from "./figures.js";
import { at, say } from "./page.js";

const EVERY = 2000; // ms

const list = at("streams");
const template = at("stream");

/** The list's rows by name. They stay as long as their broadcast, so that a focused link keeps the focus. */
const rows = new Map();

async function refresh() {
  const answer = await fetch("streams").catch(() => null);
  if (answer?.status === 404) return tellInstead("This relay does not list its broadcasts: type the name of one, or start it with --public-list.");
  if (!answer?.ok) return tellInstead("The relay does not answer: check that it runs. It is asked again by itself.");
  const { streams } = await answer.json();
  show(streams.filter(({ state }) => state === "live"));
}

function show(streams) {
  for (const [name, row] of rows) {
    if (streams.some((stream) => stream.name === name)) continue;
    row.remove();
    rows.delete(name);
  }
  for (const { name, viewers } of streams) {
    if (!rows.has(name)) addRow(name);
    say(rows.get(name).querySelector(".count span"), `${viewers} watching`);
  }
  list.hidden = rows.size === 0;
  say(at("summary"), streams.length ? `${count(streams.length, "broadcast")} on air.` : "Nobody is on air at the moment.");
}

function addRow(name) {
  const row = template.content.firstElementChild.cloneNode(true);
  row.querySelector("strong").textContent = name;
  row.querySelector("a").href = `watch.html?${new URLSearchParams({ name })}`;
  rows.set(name, row);
  list.append(row);
}

/** What was on air is not known any more. */
function tellInstead(words) {
  show([]);
  say(at("summary"), words);
}

await refresh();
setInterval(() => document.hidden || refresh(), EVERY);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
