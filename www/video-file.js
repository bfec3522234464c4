// A file as a source: it plays in a video that nobody sees or hears, again and again, and is captured there.

/** Opens a file that the browser plays. */
export async function videoFile({ file }) {
  if (!file) throw new Error("No file is chosen yet: choose one, or drop it on this page.");
  const video = document.createElement("video");
  // A capture has the sound of a muted video too, here and in Firefox.
  Object.assign(video, { src: URL.createObjectURL(file), muted: true, loop: true, playsInline: true });
  const close = () => {
    video.pause();
    URL.revokeObjectURL(video.src);
    video.removeAttribute("src");
    video.load();
  };
  try {
    const capture = video.captureStream ?? video.mozCaptureStream;
    if (!capture) throw new DOMException("it captures no video", "InvalidStateError");
    await canPlay(video);
    const stream = capture.call(video);
    await video.play();
    return { stream, close };
  } catch (error) {
    close();
    throw error;
  }
}

function canPlay(video) {
  return new Promise((resolve, reject) => {
    video.addEventListener("canplay", resolve, { once: true });
    video.addEventListener("error", () => reject(new DOMException("it does not play", "NotSupportedError")), { once: true });
  });
}
