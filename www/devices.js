// The lists of cameras and microphones, which follow what is plugged in.

/** Keeps both lists. Browsers tell the names of devices only to pages that use one: ask again after a source has opened. */
export function keepDevices(camera, microphone) {
  const lists = [
    { select: camera, kind: "videoinput", noun: "camera", others: [] },
    { select: microphone, kind: "audioinput", noun: "microphone", others: [["none", "No sound"]] },
  ];
  async function ask() {
    const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    for (const { select, kind, noun, others } of lists) fill(select, [...named(devices, kind, noun), ...others]);
  }
  navigator.mediaDevices?.addEventListener("devicechange", ask);
  return ask;
}

/** What can be chosen, as `[id, words]`. Where the browser names none there is the one that it takes by itself, with the id "". */
function named(devices, kind, noun) {
  const ofKind = devices.filter((device) => device.kind === kind && device.deviceId);
  if (!ofKind.length) return [["", `The browser's ${noun}`]];
  return ofKind.map(({ deviceId, label }, i) => [deviceId, label || `${noun} ${i + 1}`]);
}

/** What was chosen stays so for as long as it is there. */
function fill(select, choices) {
  const before = select.value;
  select.replaceChildren(...choices.map(([id, words]) => new Option(words, id)));
  if (choices.some(([id]) => id === before)) select.value = before;
}

/** Shows which devices a stream is of. */
export function showUsed(stream, camera, microphone) {
  for (const [select, [track]] of [[camera, stream.getVideoTracks()], [microphone, stream.getAudioTracks()]]) {
    const id = track?.getSettings().deviceId;
    if ([...select.options].some(({ value }) => value === id)) select.value = id;
  }
}
