// Clocks that are wrong, are set, or go on while a page stands still.

/** The environment of a program whose wall clock is wrong by so many seconds; Debian's faketime. */
export const wrongBy = (seconds) => ({
  LD_PRELOAD: "/usr/$LIB/faketime/libfaketime.so.1", // the linker knows $LIB
  FAKETIME: `${seconds}s`,
  FAKETIME_DONT_FAKE_MONOTONIC: "1",
});

/** The clocks of a page with `clockInPage` run backwards while `act` is done, so that nothing it asks the relay sets them right, and are as before then. */
export async function whileTimeRunsBack(page, act) {
  const timer = await page.evaluate(() => setInterval(() => ((clock.wall -= 1000), (clock.monotonic -= 1000)), 500));
  await act();
  await page.evaluate((timer) => {
    clearInterval(timer);
    clock.wall = clock.monotonic = 0;
  }, timer);
}

/**
 * Runs in a page before anything else: its clocks go wrong by `clock.wall` and `clock.monotonic`, in ms, and by `clock.sleep` when the page
 * has stood still for longer than any is busy. Stands alone, as it crosses over as text.
 */
export function clockInPage() {
  const STOOD = 3000;
  const now = performance.now.bind(performance);
  const date = Date.now;
  const clock = (window.clock = { wall: 0, monotonic: 0, sleep: null });
  let last = now();
  const look = () => {
    const stood = now() - last;
    last += stood;
    if (!clock.sleep || stood < STOOD) return;
    clock.wall += clock.sleep.wall;
    clock.monotonic += clock.sleep.monotonic;
    clock.sleep = null;
  };
  performance.now = () => (look(), now() + clock.monotonic);
  Date.now = () => (look(), date() + clock.wall);
}
