// `node scripts/firefox-profile.mjs`: a profile of Firefox that was used once, for tests to begin with a copy of it. With an empty one
// Firefox takes four seconds of processor time to show its first page, with this one two: its own scripts are compiled and its
// databases are laid out.

import { rename, rm } from "node:fs/promises";
import { main } from "./run.mjs";
import { firefoxProfile, programs } from "./tools.mjs";

main(import.meta, async () => {
  const { default: puppeteer } = await import("puppeteer-core");
  const userDataDir = `${firefoxProfile()}.new`;
  await rm(userDataDir, { recursive: true, force: true });
  const browser = await puppeteer.launch({ browser: "firefox", executablePath: programs.firefox(), userDataDir, headless: true });
  try {
    await (await browser.newPage()).goto("data:text/html,<title>first</title>");
  } finally {
    await browser.close();
  }
  await rename(userDataDir, firefoxProfile());
});
