import { startViewing } from "blobcast";

export const view = (video, { url, mode }) => startViewing(video, { url, name: "lobby", mode });
