import { init, startViewing } from "blobcast";

await init(); // the module, too, is there before the call

export const view = (video, { url, mode }) => startViewing(video, { url, name: "lobby", mode });
