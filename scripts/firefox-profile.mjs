// `node scripts/firefox-profile.mjs`: a profile of Firefox that was used once, for tests to begin with a copy of it. With an empty one
// Firefox takes four seconds of processor time to show its first page, with this one two: its own scripts are compiled and its
// databases are laid out. One of another version is of no use to it, and no harm: it begins as with an empty one.

import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { main, root } from "./run.mjs";
import { programs } from "./tools.mjs";

export const PROFILE = join(root, "target/firefox-profile");

main(import.meta, async () => {
  const { default: puppeteer } = await import("puppeteer-core");
  const userDataDir = `${PROFILE}.new`;
  await rm(userDataDir, { recursive: true, force: true });
  const browser = await puppeteer.launch({ browser: "firefox", executablePath: programs.firefox(), userDataDir, headless: true });
  await (await browser.newPage()).goto("data:text/html,<title>first</title>");
  await browser.close();
  await rm(PROFILE, { recursive: true, force: true });
  await rename(userDataDir, PROFILE);
});
