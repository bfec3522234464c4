// The panel with graphs of the last minute. It draws while it is open and in sight, and remembers whether it was open.

import { keep, kept } from "./kept.js";
import { LastMinute, SPAN } from "./last-minute.js";
import { say } from "./page.js";

/** Where there is room it is open from the beginning. */
const ROOMY = "(min-width: 40rem)";

/**
 * `kinds` are what is drawn: `{ label, of, text, atLeast, bars, now }`. `of(stats)` is a value, or `null`; `now(stats)` is what is
 * written for now, if not the value. Returns `add(stats)`.
 */
export function statistics(panel, kinds) {
  const minute = new LastMinute();
  const parts = kinds.map((kind) => figure(panel.querySelector(".graphs"), kind));
  let graphs = null;
  let drawing = null;

  async function draw() {
    if (!panel.open || panel.hidden || document.hidden) return;
    // uPlot is loaded when somebody looks.
    drawing ??= import("./graph.js").then(({ graph }) => (graphs = kinds.map((kind, i) => graph(parts[i].plot, kind))));
    await drawing;
    const now = performance.now();
    kinds.forEach((kind, i) => {
      graphs[i](minute.columns(now, i));
      parts[i].plot.ariaLabel = described(kind, minute.range(i));
    });
  }

  panel.open = (kept("statistics") ?? (matchMedia(ROOMY).matches ? "open" : "closed")) === "open";
  panel.addEventListener("toggle", draw);
  panel.querySelector("summary").addEventListener("click", () => keep("statistics", panel.open ? "closed" : "open"));
  document.addEventListener("visibilitychange", draw);
  draw();

  return (stats) => {
    panel.hidden = false;
    minute.add(performance.now(), kinds.map(({ of }) => of(stats)));
    kinds.forEach(({ of, text, now }, i) => {
      const known = of(stats);
      say(parts[i].value, now ? now(stats) : known === null ? "–" : text(known));
    });
    draw();
  };
}

function figure(graphs, { label }) {
  const element = document.createElement("figure");
  element.className = "graph";
  element.innerHTML = `<figcaption></figcaption><div class="plot" role="img"><i class="grid"></i><i class="scale"></i></div>
    <p class="span" aria-hidden="true"><span>${SPAN} s ago</span><span>now</span></p>`;
  const value = Object.assign(document.createElement("b"), { textContent: "–" });
  element.querySelector("figcaption").append(label, value);
  graphs.append(element);
  const plot = element.querySelector(".plot");
  plot.ariaLabel = described({ label }, null);
  return { value, plot };
}

/** A graph in words. */
const described = ({ label, text }, range) =>
  range ? `Graph of the last minute. ${label}: from ${text(range.least)} to ${text(range.most)}.` : `Graph of the last minute. ${label}: nothing yet.`;
