//! How long after its capture a frame is shown. Pure; all times are ms.
//!
//! As little as lets nearly all frames be there in time: a frame that is late raises the delay, each that is in time lowers it a
//! little, and what no frame of the last seconds needed goes soon. So one hiccup costs a moment, and a line that hiccups all the
//! time costs latency.

/// The part of its lateness by which a late frame raises the delay. A picture that is late stands a moment longer; sound has a
/// hole.
const RISE: f64 = 0.35;
const RISE_OF_SOUND: f64 = 0.7;

/// How fast the delay falls, ms per ms: nobody sees or hears that time goes faster by so much.
const FALL: f64 = 0.004;

/// What was needed within this time, and at most twice that, is kept,
const WINDOW: f64 = 1_000.0;

/// and of what is more, this part goes with each frame.
const SPARE: f64 = 0.1;

/// What differs by more is no jitter: the line stood still, or the clock was set.
const FAR: f64 = 400.0;

/// After so many frames in a row that are that far off it has to be believed.
const BELIEVED: u32 = 20;

/// Pictures may be so much earlier than the sound of their time: nobody notices 40 ms. <https://tech.ebu.ch/docs/r/r037.pdf>
const BEFORE_SOUND: f64 = 23.0;

/// How much of each frame is in what is usual.
const SHARE: f64 = 0.05;

/// The delay of one kind of frame: from a frame's time to the page's clock when it is shown.
#[derive(Debug)]
pub struct Delay {
    rise: f64,
    known: Option<Known>,
    /// Frames in a row that were far off.
    odd: u32,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    delay: f64,
    /// When a frame was ready last.
    at: f64,
    /// The longest that a frame took since `since`, and in the window before.
    worst: f64,
    before: f64,
    since: f64,
    /// What a frame takes, in the mean.
    usual: f64,
}

impl Delay {
    fn new(rise: f64) -> Self {
        Self { rise, known: None, odd: 0 }
    }

    /// A frame is ready, and took as long as frames take.
    pub fn ready(&mut self, now: f64, time: f64) {
        let took = now - time;
        let is_far = self.known.is_some_and(|known| (took - known.delay).abs() > FAR);
        self.odd = if is_far { self.odd + 1 } else { 0 };
        match &mut self.known {
            Some(known) if !is_far => known.adapt(now, took, self.rise),
            Some(_) if self.odd <= BELIEVED => {}
            _ => self.begin(now, took, took),
        }
    }

    /// A first idea, from a frame that took longer than frames take.
    pub fn guess(&mut self, now: f64, time: f64) {
        if self.known.is_none() {
            self.begin(now, now - time, f64::NEG_INFINITY);
        }
    }

    fn begin(&mut self, now: f64, took: f64, worst: f64) {
        self.odd = 0;
        self.known = Some(Known { delay: took, at: now, worst, before: worst, since: now, usual: took });
    }

    fn get(&self) -> Option<f64> {
        self.known.map(|known| known.delay)
    }
}

impl Known {
    fn adapt(&mut self, now: f64, took: f64, rise: f64) {
        if now - self.since > WINDOW {
            (self.before, self.worst, self.since) = (self.worst, took, now);
        }
        self.worst = self.worst.max(took);
        self.usual += (took - self.usual) * SHARE;
        let late = took - self.delay;
        let spare = self.delay - self.worst.max(self.before);
        self.delay += if late > 0.0 { late * rise } else { -(FALL * (now - self.at)).max(spare * SPARE) };
        self.at = now;
    }
}

/// The delays of a broadcast, which belong together: lips and voice.
#[derive(Debug)]
pub struct Delays {
    pub pictures: Delay,
    pub sound: Delay,
    /// The least that was asked for.
    pub least: f64,
}

impl Default for Delays {
    fn default() -> Self {
        Self { pictures: Delay::new(RISE), sound: Delay::new(RISE_OF_SOUND), least: f64::NEG_INFINITY }
    }
}

impl Delays {
    /// There is no sound any more.
    pub fn forget_sound(&mut self) {
        self.sound = Delay::new(RISE_OF_SOUND);
    }

    /// `None` while nothing is known.
    pub fn of_pictures(&self) -> Option<f64> {
        let sound = self.sound.get().map_or(f64::NEG_INFINITY, |sound| sound - BEFORE_SOUND);
        Some(self.pictures.get()?.max(sound).max(self.least))
    }

    /// `None` while nothing is known.
    pub fn of_sound(&self) -> Option<f64> {
        let pictures = self.pictures.get().unwrap_or(f64::NEG_INFINITY);
        Some(self.sound.get()?.max(pictures).max(self.least))
    }

    /// How long a frame waits until it is shown, in the mean.
    pub fn buffer(&self) -> f64 {
        let usual = |delay: &Delay| delay.known.map(|known| known.usual);
        let wait = |delay: Option<f64>, usual: Option<f64>| Some(delay? - usual?);
        let pictures = wait(self.of_pictures(), usual(&self.pictures));
        pictures.or(wait(self.of_sound(), usual(&self.sound))).unwrap_or(0.0).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: f64 = 33.3;

    /// The delay after so many seconds of 30 frames, of which each takes what `took` says of its time.
    fn after(delay: &mut Delay, from: f64, seconds: f64, took: impl Fn(f64) -> f64) -> f64 {
        let mut time = from;
        while time < from + seconds * 1e3 {
            delay.ready(time + took(time), time);
            time += FRAME;
        }
        delay.get().expect("known")
    }

    fn pictures() -> Delay {
        Delay::new(RISE)
    }

    #[test]
    fn an_even_line_needs_what_a_frame_takes() {
        let found = after(&mut pictures(), 0.0, 5.0, |_| 30.0);
        assert!((29.0..=31.0).contains(&found), "{found}");
    }

    #[test]
    fn jitter_is_waited_for() {
        let jitter = |time: f64| if ((time / FRAME) as u32).is_multiple_of(3) { 60.0 } else { 30.0 };
        let found = after(&mut pictures(), 0.0, 10.0, jitter);
        assert!((58.0..=60.0).contains(&found), "{found}");
    }

    #[test]
    fn one_hiccup_costs_a_moment() {
        let mut delay = pictures();
        let hiccup = |time: f64| if (5_000.0..5_050.0).contains(&time) { 150.0 } else { 30.0 };
        assert!(after(&mut delay, 0.0, 5.04, hiccup) > 60.0);
        let found = after(&mut delay, 5_100.0, 4.0, hiccup);
        assert!(found < 35.0, "{found}");
    }

    #[test]
    fn a_first_guess_that_was_too_much_goes_within_a_second() {
        let mut delay = pictures();
        delay.guess(400.0, 0.0);
        let found = after(&mut delay, 33.0, 1.0, |_| 30.0);
        assert!(found < 60.0, "{found}");
    }

    #[test]
    fn a_line_that_stood_still_changes_nothing_and_another_clock_all() {
        let mut delay = pictures();
        after(&mut delay, 0.0, 2.0, |_| 30.0);
        delay.ready(5_000.0, 2_000.0);
        assert!(delay.get().is_some_and(|delay| delay < 31.0));
        let found = after(&mut delay, 3_600_000.0, 2.0, |_| -3_590_000.0);
        assert_eq!(found.round(), -3_590_000.0);
    }

    #[test]
    fn lips_and_voice_stay_together() {
        let mut delays = Delays::default();
        assert_eq!((delays.of_pictures(), delays.of_sound()), (None, None));
        delays.pictures.ready(30.0, 0.0);
        assert_eq!((delays.of_pictures(), delays.of_sound()), (Some(30.0), None));
        delays.sound.ready(90.0, 0.0);
        assert_eq!((delays.of_pictures(), delays.of_sound()), (Some(90.0 - BEFORE_SOUND), Some(90.0)));
        assert_eq!(delays.buffer(), 60.0 - BEFORE_SOUND);
        delays.least = 200.0;
        assert_eq!((delays.of_pictures(), delays.of_sound()), (Some(200.0), Some(200.0)));
        delays = Delays::default();
        delays.pictures.ready(120.0, 0.0);
        delays.sound.ready(90.0, 0.0);
        assert_eq!((delays.of_pictures(), delays.of_sound()), (Some(120.0), Some(120.0)));
    }
}
