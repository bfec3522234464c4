// The option `debug`: the whole story of a recording or a viewing on the console, a line for each happening.

const SOCKETS = ["blob", "chunk"];
/** Statistics come about once a second; so many are one line. */
const STATS_EVERY = 10;
/** Options that are said already, or say nothing. */
const UNSAID = ["url", "name", "signal", "debug"];
/** An option of such a name is not for others to read, known or not: `token`, `Token`, `authToken`, `access_token`, `apiKey`. */
const SECRET = /token|auth|bearer|secret|passw|jwt|api_?key/i;
/** And what of any text is not: a query's values, the subprotocol that brings a token, a JWT wherever it stands. */
const SECRETS = [
  [/([?&#][^\s=&#"'`]*=)[^\s&#"'`]+/g, "$1…"],
  [/(\/\/)[^\s/@"'`]+@/g, "$1…@"],
  [/(\bbearer[.\s]+)[^\s,"']+/gi, "$1…"],
  [/\beyJ[\w-]+\.[\w.-]+/g, "…"],
];

/** What the core traces, with a text and two figures. */
const TRACES = {
  // both
  opening: (relay, which) => `opens the ${SOCKETS[which]} socket at ${relay}`,
  open: (_, which) => `the ${SOCKETS[which]} socket is open`,
  closed: (reason, which, code) => `the ${SOCKETS[which]} socket is closed with ${code}${reason && `: ${reason}`}`,
  silent: (_, which) => `nothing is heard on the ${SOCKETS[which]} socket any more: it is given up`,
  clock: (_, which, relay) => `the relay's clock is known: ${ms(relay - Date.now())} ahead of this machine's`,
  // a recording
  have: (_, segment, seq) => (segment ? `the relay has segment ${segment} up to piece ${seq - 1}` : "the relay has nothing of this session yet"),
  type: (mime) => `tries to record ${mime}`,
  refused: (why) => `that does not work: ${why}`,
  begin: (how, segment) => `segment ${segment} begins${how && `, by ${how}`}`,
  end: (how, bytes, media) => `it ends${how && `, ${how}`}: ${kilobytes(bytes)} in ${ms(media)}`,
  late: () => "the next recorder gave nothing that could take over: the current one goes on",
  // a viewing
  segment: (mime, segment) => `segment ${segment} begins`,
  lost: (_, segment) => `the rest of segment ${segment} was given up, or did not come`,
  skip: (_, from, to) => `too slow: the relay passed over segments ${from} to ${to}`,
};

/** What a viewing's video tells by itself. */
const OF_VIDEO = {
  loadstart: () => "the video loads a source",
  loadeddata: () => "the video has a picture",
  waiting: ({ currentTime }) => `the picture stalls at ${currentTime.toFixed(2)} s`,
  seeking: ({ currentTime }) => `the video seeks to ${currentTime.toFixed(2)} s`,
  ratechange: ({ playbackRate }) => `the video plays at a rate of ${playbackRate.toFixed(2)}`,
  playing: () => "the video plays",
  pause: () => "the video pauses",
};

/** Tells all that happens until `over` is aborted. `video` is there for a viewing. */
export function tell(handle, options, video, over) {
  const began = performance.now();
  const who = `${video ? "viewing" : "recording"} ${options.name}`;
  const line = (text) => console.debug(`blobcast: ${who} +${((performance.now() - began) / 1000).toFixed(2)} s: ${withoutSecrets(text)}`);
  const on = (target, type, act) => target.addEventListener(type, act, { signal: over });

  line(`connects to ${[options.url].flat().map(address).join(" or ")}, ${asked(options)}; ${navigator.userAgent}`);
  let failed = false;
  let told = "";
  on(handle, "trace", ({ detail: [what, text, a, b] }) => {
    line(TRACES[what](text, a, b));
    if (what === "clock") line(`the round trip to the relay is ${ms(handle.stats().roundTrip)}`);
    const { mode, mimeType } = what === "segment" ? handle.stats() : {};
    if (!mode || told === mode + mimeType) return;
    told = mode + mimeType;
    line(`plays ${mimeType} in mode ${mode}: ${why(mode, mimeType, options, failed)}`);
  });
  on(handle, "state", ({ detail: { state } }) => line(`is ${state}`));
  on(handle, "error", ({ detail: { name, message } }) => {
    failed = true;
    line(`${name}: ${message}`);
  });
  on(handle, "warning", ({ detail }) => line(`warns: ${detail}`));
  on(handle, "muted", () => line("the browser lets it play only without sound: muted"));
  on(handle, "congestion", ({ detail }) => line(`its line is ${detail.state}: ${rates(detail)}`));
  let count = 0;
  on(handle, "stats", ({ detail }) => ++count % STATS_EVERY === 0 && line(figures(detail)));
  for (const [type, words] of Object.entries(OF_VIDEO)) if (video instanceof EventTarget) on(video, type, () => line(words(video)));
}

/** Stories are copied into reports, for others to read. */
const withoutSecrets = (text) => SECRETS.reduce((text, [secret, instead]) => text.replace(secret, instead), text);

/** Where the core connects to. */
function address(url) {
  try {
    const { protocol, host, pathname } = new URL(url, location.href);
    return `${protocol.replace("http", "ws")}//${host}${pathname.replace(/\/+$/, "")}`;
  } catch {
    return url; // it is refused
  }
}

function asked(options) {
  const said = Object.entries(options).filter(([option, value]) => !UNSAID.includes(option) && !SECRET.test(option) && value != null);
  return said.length ? `with ${said.map(([option, value]) => `${option} ${value}`).join(", ")}` : "with no options";
}

/** Why a viewing plays in this mode. */
function why(mode, mimeType, options, failed) {
  if ((options.mode ?? "auto") !== "auto") return "as asked";
  if (mode === "mse") return "this browser's MediaSource takes it";
  if (!window.MediaSource) return "this browser has no MediaSource";
  if (!MediaSource.isTypeSupported(mimeType)) return "this browser's MediaSource does not take it";
  return failed ? "MediaSource has shown no picture" : "this browser's MediaSource is known to hang";
}

const ms = (value) => `${Math.round(value)} ms`;

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

const rates = ({ congestion, videoBitsPerSecond, cutShort }) =>
  `${ms(congestion)} late, ${videoBitsPerSecond ?? "no"} video bits per second, ${cutShort} segments cut short`;

function figures(stats) {
  const { bitrate, roundTrip, viewers, restarts, latency, clockTrusted, buffered, skips } = stats;
  const all = `${Math.round(bitrate / 1000)} kbit/s, ${restarts} restarts, ${viewers} watching, round trip ${ms(roundTrip)}`;
  if (buffered === undefined) return `${all}, ${rates(stats)}`;
  return `${all}, latency ${latency === null ? "not known" : ms(latency)}${clockTrusted ? "" : " (not trusted)"}, ${ms(buffered)} ahead, ${skips} skips`;
}
