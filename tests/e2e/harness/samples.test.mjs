import assert from "node:assert/strict";
import { test } from "node:test";
import { samplesIn, scriptsOf, takenBy } from "./samples.mjs";

test("samples are found with their lines, also in lists, without their indentation, and with what stands behind the language", () => {
  const markdown = "# A page\n\n```js a.js\nlet a;\n\nlet b;\n```\n\n- In a list:\n\n  ```html\n  <p>\n    text\n  </p>\n  ```\n";
  assert.deepEqual(samplesIn(markdown, "page.md"), [
    { file: "page.md", line: 3, language: "js", info: "a.js", text: "let a;\n\nlet b;\n" },
    { file: "page.md", line: 11, language: "html", info: "", text: "<p>\n  text\n</p>\n" },
  ]);
});

test("the scripts of a page are its modules, and not what is no script", () => {
  const html = `<script type="importmap">{}</script><script type="module">one();</script><p></p><script type="module">two();</script>`;
  assert.deepEqual(scriptsOf(html), ["one();", "two();"]);
});

test("a sample is given what it names and does not make, and what that takes", () => {
  assert.deepEqual(takenBy("await recording.stop();"), ["camera", "recording"]);
  assert.deepEqual(takenBy("const recording = await startRecording(camera, {});"), ["camera"]);
  assert.deepEqual(takenBy("let camera, recording;\ncamera = recording;"), []);
  assert.deepEqual(takenBy("console.log(viewings);"), []);
});
