// The demo in each of its states, on as few pages as do: for what looks at them, axe and the camera for screenshots.

import { startRelay } from "../../../scripts/relay.mjs";
import { defer } from "./cleanup.mjs";
import { LOST } from "./browser.mjs";
import { until } from "./pages.mjs";

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 800 };
/** A name of 127.0.0.1 that no browser takes for secure. */
export const HOST = "relay.example";

/** The relay with the demo of the checkout, on a port that it can come back to. */
export async function relayOfDemo(t, ...args) {
  const start = (port) => startRelay({ www: "www", args: ["--listen", `127.0.0.1:${port}`, "--log", "warn", "--open", ...args] });
  let relay = await start(0);
  defer(t, () => relay.stop());
  const { url, port } = relay;
  return { url, port, stop: () => relay.stop(), start: async () => (relay = await start(port)) };
}

/** Puts a page into a theme and a size, as a person does: by its switch, and by the window. */
export async function dress(page, theme, size) {
  await page.setViewport(size);
  await page.evaluate((isDark) => {
    const button = document.getElementById("theme");
    if (button.ariaChecked !== String(isDark)) button.click();
  }, theme === "dark");
}

/** Chooses a source and opens it, if it is not opened by itself. */
export async function choose(page, kind) {
  await page.evaluate((kind) => document.querySelector(`[name=source][value=${kind}]`).click(), kind);
  await until(page, () => document.getElementById("open-source").ariaDisabled === "false");
  await page.evaluate(() => document.getElementById("open-source").hidden || document.getElementById("open-source").click());
}

export const isIn = (page, state) => until(page, (state) => document.getElementById("state").dataset.state === state, state);

const isTold = (page, id) => until(page, (id) => document.getElementById(id).textContent !== "" && !document.getElementById(id).hidden, id);

/** Presses the one big button. */
export const press = (page) => page.evaluate(() => document.getElementById("button").click());

/** Goes through all states, and has `look(name, page)` look at each. */
export async function walk(relay, browser, look) {
  const open = (path, options) => browser.open(relay.url + path, { expects: LOST, ...options });
  const see = async (name, page) => {
    await page.bringToFront();
    await look(name, page);
  };

  const home = await open("");
  await until(home, () => document.getElementById("summary").textContent.startsWith("Nobody"));
  await see("home-empty", home);

  const studio = await open("broadcast.html?name=lobby&source=file&sound=off");
  await until(studio, () => document.getElementById("title").textContent.includes("file"));
  await see("broadcast-start", studio);
  for (const [name, error] of Object.entries({ refused: "NotAllowedError", missing: "NotFoundError", busy: "NotReadableError" })) {
    await studio.evaluate((error) => {
      document.querySelector("[name=source][value=file]").click();
      navigator.mediaDevices.getUserMedia = async () => {
        throw new DOMException("as the browser says it", error);
      };
    }, error);
    await choose(studio, "camera");
    await isTold(studio, "problem");
    await see(`broadcast-${name}`, studio);
  }
  await choose(studio, "test");
  await isIn(studio, "preview");
  await see("broadcast-preview", studio);
  await press(studio);
  await isIn(studio, "live");
  await until(studio, () => document.getElementById("codecs").textContent !== "–");
  await see("broadcast-live", studio);
  await home.bringToFront();
  await until(home, () => !document.getElementById("streams").hidden);
  await see("home-list", home);

  const viewer = await open("watch.html?name=lobby");
  await isIn(viewer, "live");
  await until(viewer, () => document.getElementById("video").currentTime > 1 && !document.getElementById("timeline").hidden);
  await until(viewer, () => document.getElementById("count").textContent === "1"); // which comes with the first figures
  await see("watch-live", viewer);
  await viewer.keyboard.press("?");
  await see("watch-keys", viewer);
  await viewer.keyboard.press("Escape");

  await relay.stop();
  for (const [name, page] of Object.entries({ broadcast: studio, watch: viewer })) {
    await page.bringToFront();
    await isIn(page, "reconnecting");
    await see(`${name}-reconnecting`, page);
  }
  await home.bringToFront();
  await until(home, () => document.getElementById("summary").textContent.includes("does not answer"));
  await see("home-away", home);
  await relay.start();
  for (const page of [studio, viewer]) {
    await page.bringToFront();
    await isIn(page, "live");
  }

  const rival = await open("broadcast.html?name=lobby&source=test&sound=off&autostart");
  await isIn(rival, "live");
  await studio.bringToFront();
  await isIn(studio, "stopped");
  await see("broadcast-replaced", studio);
  await rival.bringToFront();
  await press(rival);
  await isIn(rival, "stopped");
  await see("broadcast-stopped", rival);
  await viewer.bringToFront();
  await isIn(viewer, "ended");
  await see("watch-ended", viewer);

  const early = await open("watch.html?name=nobody");
  await isIn(early, "waiting");
  await see("watch-waiting", early);
  const wrong = await open("watch.html?name=not%20a%20name");
  await isTold(wrong, "problem");
  await see("watch-refused", wrong);
  const old = await open("broadcast.html?name=lobby&source=test&sound=off", { inject: [() => delete window.MediaRecorder] });
  await isTold(old, "problem");
  await see("broadcast-cannot", old);
  const plain = await browser.open(`http://${HOST}:${relay.port}/broadcast.html?name=lobby&source=file`);
  await choose(plain, "camera");
  await isTold(plain, "problem");
  await see("broadcast-not-secure", plain);
}
