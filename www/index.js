// The start page: asks the relay what is live, again and again.

import { count } from "./words.js";

const EVERY = 2000; // ms

const list = document.querySelector("#streams");
const summary = document.querySelector("#summary");
const template = document.querySelector("#stream");

/** The list's rows by name. They stay as long as their broadcast, so that a focused link keeps the focus. */
const rows = new Map();

async function refresh() {
  const answer = await fetch("streams").catch(() => null);
  if (answer?.status === 404) return say("This relay lists its broadcasts only with --public-list.");
  if (!answer?.ok) return say("The relay does not answer. Asking again…");
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
    rows.get(name).querySelector(".soft").textContent = `${viewers} watching`;
  }
  say(streams.length ? `${count(streams.length, "broadcast")} on air.` : "Nobody is on air at the moment.");
}

function addRow(name) {
  const row = template.content.firstElementChild.cloneNode(true);
  row.querySelector("strong").textContent = name;
  row.querySelector("a").href = `watch.html?${new URLSearchParams({ name })}`;
  rows.set(name, row);
  list.append(row);
}

/** A screen reader says what changes, so only what changes is set. */
function say(words) {
  if (summary.textContent !== words) summary.textContent = words;
}

await refresh();
setInterval(() => document.hidden || refresh(), EVERY);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
