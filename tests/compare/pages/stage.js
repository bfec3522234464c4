// One page for all contenders, on both sides: the same source, and the same place where it is shown. Each contender is two scripts,
// publisher/NAME.js and viewer/NAME.js; `where` is what its server said of itself (contenders/).

import { film } from "./filming.js";
import { drawSparks } from "./sparks.js";
import { timedFrames } from "./timed.js";

const video = document.querySelector("video");
let viewer;

window.publish = async (name, where) => {
  const { publish } = await import(`./publisher/${name}/index.js`);
  await publish(timedFrames(undefined, drawSparks), where);
};

/** What a viewer's page loads before anybody wants to see anything. */
window.load = async (name) => void (viewer = await import(`./viewer/${name}/index.js`));

/** Shows the broadcast and films it: `window.filmed`. The time begins with the call. */
window.watch = (where) => {
  window.filmed = film(video);
  window.began = Date.now();
  return viewer.view(video, where);
};

/** The first picture, or undefined as long as there is none. */
window.firstPicture = () => window.filmed.rows.find(({ number }) => number !== null);
