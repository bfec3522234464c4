import { startViewing } from "blobcast";
import { lobby, say } from "./lobby.js";

const words = {
  waiting: "Nobody broadcasts yet. It plays as soon as somebody does.",
  live: "Live",
  reconnecting: "The connection is lost. It comes back by itself.",
  ended: "The broadcast has ended.",
};

try {
  say("Connecting…");
  const viewing = await startViewing(document.querySelector("video"), lobby);
  viewing.addEventListener("state", () => say(words[viewing.state]));
  viewing.addEventListener("error", ({ detail }) => say(detail.message));
  say(words[viewing.state]);
} catch (error) {
  say(error.message);
}
