// Runs in a page before anything else: its cameras give a small picture. To encode a large one takes more than half a core, and Firefox all of two.

export function smallCamera() {
  const { getUserMedia } = MediaDevices.prototype;
  MediaDevices.prototype.getUserMedia = function ({ video, audio }) {
    return getUserMedia.call(this, { video: video && { width: 640, height: 360 }, audio });
  };
}
