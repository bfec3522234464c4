// One small graph of the last minute, drawn by uPlot, in the colours of its element.

import uPlot from "uplot";
import { roomFor, SPAN } from "./last-minute.js";

const SCALE_WIDTH = 72; // px, of the figures beside the graph
const FONT = "12px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

/** `text` writes a value; `atLeast` is what the scale shows at least; `bars` are for what happens now and then. Returns `draw(columns)`. */
export function graph(plot, { text, atLeast, bars }) {
  const colour = (part) => () => getComputedStyle(part ? plot.querySelector(part) : plot).color;
  const half = (_, __, least, most) => [least, (least + most) / 2, most];
  const size = () => ({ width: plot.clientWidth, height: plot.clientHeight });
  const chart = new uPlot(
    {
      ...size(),
      padding: [8, 4, 6, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: [-SPAN, 0] }, y: { range: (_, __, most) => [0, roomFor(most ?? 0, atLeast)] } },
      axes: [
        { show: false },
        {
          size: SCALE_WIDTH,
          gap: 6,
          font: FONT,
          stroke: colour(".scale"),
          grid: { stroke: colour(".grid"), width: 1 },
          ticks: { show: false },
          splits: half,
          values: (_, splits) => ["0", "", text(splits[2]).replace(".0 ", " ")],
        },
      ],
      series: [
        {},
        {
          stroke: colour(),
          width: bars ? 0 : 2,
          fill: () => `color-mix(in srgb, ${colour()()} ${bars ? 100 : 14}%, transparent)`,
          paths: bars && uPlot.paths.bars({ size: [0.6, 5] }),
          points: { show: false },
        },
      ],
    },
    [[], []],
    plot,
  );
  new ResizeObserver(() => plot.clientWidth && chart.setSize(size())).observe(plot);
  document.addEventListener("themechange", () => chart.redraw());
  return (columns) => chart.setData(columns);
}
