// Runs in a worker: the timers of a page behind others are slowed down to one tick in a minute, those of its workers are not.
// https://developer.chrome.com/blog/timer-throttling-in-chrome-88
setInterval(() => postMessage("tick"), 100);
