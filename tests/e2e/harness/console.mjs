// What the package says on a page's console.

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { DEADLINE } from "./pages.mjs";

/** Listens from now on. */
export function consoleOf(page) {
  const lines = [];
  const said = new EventEmitter();
  page.on("console", (message) => {
    if (!message.text().startsWith("blobcast: ")) return;
    lines.push({ type: message.type(), text: message.text().slice("blobcast: ".length) });
    said.emit("line");
  });
  const texts = (type) => lines.filter((line) => line.type === type).map(({ text }) => text);
  return {
    /** All that was said so far, by level. */
    warnings: () => texts("warn"),
    story: () => texts("debug"),
    /** Waits until something like that is said, if it was not yet; resolves with the line. */
    async until(pattern) {
      const signal = AbortSignal.timeout(DEADLINE);
      const find = () => lines.find(({ text }) => pattern.test(text))?.text;
      while (!find()) {
        const aborted = await once(said, "line", { signal }).then(() => false, () => true);
        if (aborted) assert.fail(`nobody said ${pattern}:\n${lines.map(({ type, text }) => `${type} ${text}`).join("\n")}`);
      }
      return find();
    },
  };
}
