/** Two connected pages, without any server between them; the one that runs the comparison carries what they say to each other at first. */
export const webrtc = {
  title: "WebRTC, page to page",
  script: "webrtc",
  serve: async () => ({ where: {} }),
  /** `ask` is what a viewer calls. */
  introduce: (publisher, viewer) => viewer.exposeFunction("ask", (offer) => publisher.evaluate((offer) => window.answer(offer), offer)),
};
