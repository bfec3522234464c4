// A run as a picture: the latency of every picture shown, and how long each one stood, over time; restarts are marked. Pure: gives SVG.

const WIDTH = 1200;
const PANEL = 220;
const MARGIN = { left: 60, right: 20, top: 40, gap: 50, bottom: 40 };

/** `run` as judge.mjs measures it. */
export function chart(title, { shown, restarts, breaks }, from, to) {
  const inside = shown.filter(({ at }) => at <= to);
  const begin = inside[0]?.at ?? from;
  const x = (at) => MARGIN.left + ((at - begin) / (to - begin)) * (WIDTH - MARGIN.left - MARGIN.right);
  const stands = inside.slice(1).map(({ at }, i) => ({ at, ms: at - inside[i].at }));
  const sound = (breaks ?? []).map(({ at, ms }) => `<rect x="${fixed(x(at))}" y="${MARGIN.top - 8}" width="${fixed(Math.max(2, x(at + ms) - x(at)))}" height="6" fill="#c00"/>`);
  const marks = restarts.map((at) => `<path d="M${fixed(x(at))} ${MARGIN.top}V${MARGIN.top + 2 * PANEL + MARGIN.gap}" stroke="#bbb" stroke-dasharray="3 3"/>`);
  const top = MARGIN.top;
  const below = MARGIN.top + PANEL + MARGIN.gap;
  const height = below + PANEL + MARGIN.bottom;
  const seconds = Array.from({ length: Math.floor((to - begin) / 5000) + 1 }, (_, i) => i * 5);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="${MARGIN.left}" y="20" font-size="15">${escaped(title)}</text>
<rect x="${MARGIN.left}" y="${top}" width="${fixed(x(from) - MARGIN.left)}" height="${2 * PANEL + MARGIN.gap}" fill="#f3f3f3"/>
${marks.join("\n")}
${sound.join("\n")}
${panel("latency, ms (red above: sound broken)", top, inside.map(({ at, latency }) => [x(at), latency]))}
${panel("time since the picture before, ms", below, stands.map(({ at, ms }) => [x(at), ms]))}
${seconds.map((s) => `<text x="${fixed(x(begin + s * 1000))}" y="${height - 15}" text-anchor="middle">${s} s</text>`).join("\n")}
</svg>
`;
}

function panel(label, top, points) {
  const most = niceAbove(Math.max(1, ...points.map(([, value]) => value)));
  const y = (value) => top + PANEL - (value / most) * PANEL;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => part * most);
  return [
    `<text x="${MARGIN.left + 4}" y="${top + 14}" fill="#555">${label}</text>`,
    ...ticks.map((value) => `<path d="M${MARGIN.left} ${fixed(y(value))}H${WIDTH - MARGIN.right}" stroke="#eee"/><text x="${MARGIN.left - 6}" y="${fixed(y(value) + 4)}" text-anchor="end">${value}</text>`),
    `<path d="${points.map(([x, value]) => `M${fixed(x)} ${fixed(y(value))}h0`).join("")}" stroke="#06c" stroke-width="2.5" stroke-linecap="round"/>`,
  ].join("\n");
}

/** The next of 1, 2, 4 or 8 times a power of ten. */
function niceAbove(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 8, 10].map((factor) => factor * power).find((nice) => nice >= value);
}

const fixed = (value) => value.toFixed(1);
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
