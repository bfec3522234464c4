import "@moq/watch/element";

/** It draws on a canvas. */
export function view(video, { url }) {
  const watch = document.createElement("moq-watch");
  watch.append(document.createElement("canvas"));
  watch.setAttribute("url", url);
  watch.setAttribute("name", "lobby.hang");
  watch.setAttribute("muted", "");
  video.replaceWith(watch);
}
