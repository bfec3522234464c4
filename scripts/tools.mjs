// Brings what a task needs, by ordinary package managers.
//
// Each tool is looked for first, which takes milliseconds. A missing one is installed by its command,
// and where that fails the task ends with the command to type.

import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ask, isNewer, root, run, which } from "./run.mjs";

/** Where Debian puts it, which is not on the PATH of everybody. */
const SBIN_NGINX = "/usr/sbin/nginx";

/** Browsers go by several names. */
export const programs = {
  chromium: () => which("chromium", "chromium-browser", "google-chrome"),
  chromedriver: () => which("chromedriver"),
  firefox: () => which("firefox-esr", "firefox"),
  geckodriver: () => which("geckodriver"),
  ffmpeg: () => which("ffmpeg"),
  faketime: () => which("faketime"),
  webkit: () => which("WebKitWebDriver"),
  xvfb: () => which("Xvfb"), // WebKitGTK does not go without a screen
  ip: () => which("ip"),
  tc: () => which("tc"),
  "nats-server": () => which("nats-server"),
  "moq-relay": () => which("moq-relay"),
  curl: () => which("curl"),
  nginx: () => which("nginx") ?? [SBIN_NGINX].find(existsSync),
};

/** What tests begin with a copy of (firefox-profile.mjs): one for each build of Firefox, since an older one refuses what a newer one has used. */
export const firefoxProfile = () => join(root, `target/firefox-profile-${statSync(programs.firefox()).mtimeMs}`);

const tools = {
  "node modules": {
    present: () => isNewer("node_modules/.package-lock.json", "package-lock.json"),
    command: () => "npm ci",
  },
  // This package is one of them: a new build is installed anew.
  "modules of the examples": {
    present: () => isNewer("examples/node_modules/.package-lock.json", "examples/package-lock.json", "pkg/index.js"),
    command: () => "npm ci --prefix examples",
  },
  // What the projects of tests/e2e/apps build with.
  "modules of the apps": {
    present: () => isNewer("target/apps/node_modules/.package-lock.json", "tests/e2e/apps/package-lock.json"),
    command: () => "mkdir -p target && cp -R tests/e2e/apps target && npm ci --prefix target/apps",
  },
  rustfmt: {
    present: () => ask("cargo", "fmt", "--version"),
    command: () => "rustup component add rustfmt",
  },
  clippy: {
    present: () => ask("cargo", "clippy", "--version"),
    command: () => "rustup component add clippy",
  },
  nightly: {
    present: () => ask("cargo", "+nightly", "--version"),
    command: () => "rustup toolchain install nightly --profile minimal",
  },
  "cargo-fuzz": {
    present: () => which("cargo-fuzz"),
    command: () => "cargo install cargo-fuzz",
  },
  "wasm target": {
    present: () => existsSync(join(ask("rustc", "--print", "sysroot") ?? "", "lib/rustlib/wasm32-unknown-unknown")),
    command: () => "rustup target add wasm32-unknown-unknown",
  },
  "wasm-pack": {
    present: () => which("wasm-pack"),
    command: () => "cargo install wasm-pack",
  },
  // wasm-pack takes it from PATH only when its version is the library's, and would download a binary otherwise.
  "wasm-bindgen": {
    present: () => ask("wasm-bindgen", "--version") === `wasm-bindgen ${lockedVersion("wasm-bindgen")}`,
    command: () => `cargo install wasm-bindgen-cli --version ${lockedVersion("wasm-bindgen")}`,
  },
  geckodriver: {
    present: programs.geckodriver,
    command: () => "cargo install geckodriver",
  },
  chromium: { present: programs.chromium, command: debian("chromium") },
  chromedriver: { present: programs.chromedriver, command: debian("chromium-driver") },
  firefox: { present: programs.firefox, command: debian("firefox-esr") },
  "firefox profile": {
    present: () => existsSync(firefoxProfile()),
    command: () => "node scripts/firefox-profile.mjs",
  },
  webkit: { present: () => programs.webkit() && programs.xvfb(), command: debian("webkit2gtk-driver xvfb gstreamer1.0-plugins-bad gstreamer1.0-libav") },
  ffmpeg: { present: programs.ffmpeg, command: debian("ffmpeg") },
  faketime: { present: programs.faketime, command: debian("faketime") },
  "nats-server": { present: programs["nats-server"], command: debian("nats-server") },
  curl: { present: programs.curl, command: debian("curl") },
  nginx: { present: programs.nginx, command: debian("nginx-light") },
  iproute2: { present: programs.tc, command: debian("iproute2") },
};

/** What builds the npm package, and so all that `npm start` needs beside cargo. */
export const forBuilding = ["node modules", "wasm target", "wasm-pack", "wasm-bindgen"];

/** What to say where a tool is missing, or false: what `skip` of a test takes. */
export function missing(name) {
  const { present, command } = tools[name];
  return !present() && `${name} is missing. Type: ${command()}`;
}

/** Makes sure that these tools are there. */
export async function bring(...names) {
  for (const name of names) {
    const { present, command } = tools[name];
    if (present()) continue;
    console.log(`bringing ${name}: ${command()}`);
    await run(command(), [], { shell: true }).catch(() => {});
    if (!present()) throw new Error(`${name} is missing and could not be installed here. Type: ${command()}`);
  }
}

function debian(name) {
  const sudo = process.getuid?.() === 0 ? "" : "sudo ";
  return () => `${sudo}apt-get update && ${sudo}apt-get install -y ${name}`;
}

function lockedVersion(crate) {
  const lock = readFileSync(join(root, "Cargo.lock"), "utf8");
  const version = lock.match(new RegExp(`name = "${crate}"\nversion = "(.+)"`))?.[1];
  if (!version) throw new Error(`Cargo.lock does not name ${crate}.`);
  return version;
}
