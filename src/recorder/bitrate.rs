//! Which bitrate the next run is asked for. Pure: time is an argument.
//!
//! A recorder cannot change its bitrate, so it is always the next one's. On a line that is too narrow it steps down
//! to what the line has carried, with room for what is still on its way; when nothing is late it steps up again,
//! gently. A step up that was too much makes the next one wait longer.

use super::congestion::{FREE, LATE, LATELY, Line, WINDOW};
use std::time::Duration;

/// Of what the line carries the next run gets this much, so that it can catch up.
const SHARE: f64 = 0.7;

/// It gets less than the run before at any rate: recorders take what they are asked for only roughly.
const LESS: f64 = 0.85;

/// A step up.
const MORE: f64 = 1.25;

/// A step up comes this long after the one before. One beyond what was too much waits twice as long, and
/// twice that if it is too much again.
const WAIT: Duration = Duration::from_secs(3);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A line that is too narrow within this time after a step up is so because of it, and is left in peace early.
const PROBED: Duration = Duration::from_secs(10);

/// No run is shorter than this because of the line.
const SHORTEST: Duration = Duration::from_millis(500);

/// After a step down it takes this long to see whether it was enough: what was sent before comes first.
const SETTLING: Duration = Duration::from_millis(1_500);

/// Bits per second that are still worth watching, and worth hearing.
const LEAST: Rates = Rates { video: 100_000, audio: 32_000 };

/// Bits per second; 0 for what there is no track of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    pub video: u32,
    pub audio: u32,
}

impl Rates {
    fn total(self) -> f64 {
        f64::from(self.video) + f64::from(self.audio)
    }

    /// The smaller of each.
    fn min(self, other: Self) -> Self {
        Self { video: self.video.min(other.video), audio: self.audio.min(other.audio) }
    }

    /// So much in all: the sound stays as it is until the picture can get no worse.
    fn limited(self, total: f64) -> Self {
        let least = LEAST.min(self);
        let rest = |other: u32| (total - f64::from(other)).max(0.0) as u32;
        let video = rest(self.audio).clamp(least.video, self.video);
        Self { video, audio: rest(video).clamp(least.audio, self.audio) }
    }
}

/// What has become of the bitrate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was lowered, or the rest of a segment was given up.
    Narrow,
    /// It was raised.
    Recovering,
    /// It is what was asked for again.
    Clear,
}

impl Change {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Narrow => "narrow",
            Self::Recovering => "recovering",
            Self::Clear => "clear",
        }
    }
}

/// The bitrate of the runs of one recording.
#[derive(Debug, Default)]
pub struct Bitrate {
    /// In all, when it is less than what was asked for.
    limit: Option<f64>,
    /// When it was changed last, and whether that was a step up.
    changed: Duration,
    was_raised: bool,
    /// What was too much, and how long a step beyond it waits.
    failed: Option<(f64, Duration)>,
    /// The rest of a segment was given up since the last run began.
    gave_up: bool,
    cut_short: u32,
    untold: Option<Change>,
}

impl Bitrate {
    /// The rest of a segment was given up.
    pub fn give_up(&mut self) {
        self.gave_up = true;
        self.cut_short += 1;
        self.untold = Some(Change::Narrow);
    }

    /// What has changed since this was asked last.
    pub fn take_change(&mut self) -> Option<Change> {
        self.untold.take()
    }

    /// Whether it is less than what was asked for.
    pub fn is_limited(&self) -> bool {
        self.limit.is_some()
    }

    /// How many segments were cut short.
    pub fn cut_short(&self) -> u32 {
        self.cut_short
    }

    /// The bitrates of the run that began last, where these were asked for.
    pub fn of(&self, asked: Rates) -> Rates {
        self.limit.map_or(asked, |limit| asked.limited(limit))
    }

    /// Whether a run of this age is to make room for a smaller one before its time.
    pub fn wants_less(&self, asked: Rates, line: &Line, age: Duration, now: Duration) -> bool {
        age >= SHORTEST && self.total(asked) > LEAST.min(asked).total() && self.is_too_much(line, now)
    }

    /// A run begins: decides its bitrate.
    pub fn next_run(&mut self, asked: Rates, line: &Line, now: Duration) {
        let gave_up = std::mem::take(&mut self.gave_up);
        if gave_up || self.is_too_much(line, now) {
            // A line that was wide a moment ago has carried more than it does now.
            let time = if self.limit.is_some() { WINDOW } else { LATELY };
            self.lower(asked, line.carries(time), now);
        } else if self.limit.is_some() && line.is_fine() && now >= self.changed + self.wait(asked) {
            self.raise(asked, now);
        }
    }

    fn lower(&mut self, asked: Rates, carries: Option<f64>, now: Duration) {
        let before = self.total(asked);
        let waited = self.failed.filter(|_| self.is_probing(now)).map_or(WAIT, |(_, wait)| wait);
        let carries = carries.unwrap_or(f64::INFINITY);
        self.failed = Some((carries.min(before), (waited * 2).min(LONGEST_WAIT)));
        let limit = (carries * SHARE).min(before * LESS).max(LEAST.min(asked).total());
        self.limit = Some(limit);
        (self.changed, self.was_raised) = (now, false);
        if limit < before {
            self.untold = Some(Change::Narrow);
        }
    }

    fn raise(&mut self, asked: Rates, now: Duration) {
        let before = self.total(asked);
        // What was too much once is not any more.
        self.failed = self.failed.filter(|(failed, _)| before < *failed);
        let limit = before * MORE;
        (self.changed, self.was_raised) = (now, true);
        self.limit = (limit < asked.total()).then_some(limit);
        self.untold = Some(if self.limit.is_some() { Change::Recovering } else { Change::Clear });
    }

    fn is_too_much(&self, line: &Line, now: Duration) -> bool {
        if self.is_probing(now) {
            return line.is_narrow(FREE);
        }
        (self.limit.is_none() || now >= self.changed + SETTLING) && line.is_narrow(LATE)
    }

    /// Whether the last step up is so new that a line that is too narrow is so because of it.
    fn is_probing(&self, now: Duration) -> bool {
        self.was_raised && now < self.changed + PROBED
    }

    /// How long after the last change a step up may come.
    fn wait(&self, asked: Rates) -> Duration {
        let now = self.total(asked);
        let is_up_to = |failed| now < failed && now * MORE > failed;
        self.failed.filter(|(failed, _)| is_up_to(*failed)).map_or(WAIT, |(_, wait)| wait)
    }

    fn total(&self, asked: Rates) -> f64 {
        self.limit.map_or(asked.total(), |limit| limit.min(asked.total()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Rates = Rates { video: 2_500_000, audio: 128_000 };

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// A line that is sent 20 kB every 100 ms and takes so much of that, for two seconds until `now`, s.
    fn line(share: f64, now: u64) -> Line {
        let mut line = Line::new(Duration::ZERO);
        let start = now * 1_000 - 2_000;
        for i in 1..=20 {
            line.sent((10, i), 20_000, ms(start + u64::from(i) * 100));
            line.have(10, (f64::from(i) * share) as u32 + 1, 10, ms(0), ms(start + u64::from(i) * 100));
        }
        line
    }

    fn narrow(now: u64) -> Line {
        line(0.5, now)
    }

    fn fine(now: u64) -> Line {
        line(1.0, now)
    }

    /// A run that begins then, s: its picture's bitrate and what is told.
    fn run(bitrate: &mut Bitrate, line: &Line, now: u64) -> (u32, Option<Change>) {
        bitrate.next_run(ASKED, line, ms(now * 1_000));
        (bitrate.of(ASKED).video, bitrate.take_change())
    }

    #[test]
    fn a_wide_line_gets_what_was_asked_for() {
        let mut bitrate = Bitrate::default();
        for now in 10..20 {
            assert_eq!(run(&mut bitrate, &fine(now), now), (ASKED.video, None));
            assert!(!bitrate.wants_less(ASKED, &fine(now), ms(5_000), ms(now * 1_000)));
        }
    }

    #[test]
    fn it_goes_down_to_what_the_line_has_carried_and_step_by_step_up_again() {
        let mut bitrate = Bitrate::default();
        assert!(!bitrate.wants_less(ASKED, &narrow(10), ms(400), ms(10_000)), "the run has only begun");
        assert!(bitrate.wants_less(ASKED, &narrow(10), ms(500), ms(10_000)));
        // Half of the 1.6 Mbit/s is carried, and 0.7 of that is taken.
        let (video, told) = run(&mut bitrate, &narrow(10), 10);
        assert!((400_000..460_000).contains(&video), "{video}");
        assert_eq!((told, bitrate.of(ASKED).audio), (Some(Change::Narrow), ASKED.audio));
        assert!(
            !bitrate.wants_less(ASKED, &narrow(11), ms(1_000), ms(11_000)),
            "what was sent before comes first"
        );
        assert_eq!(run(&mut bitrate, &fine(12), 12), (video, None), "a moment later it stays");
        let mut last = video;
        for step in 0..20 {
            let now = 16 + step * 6;
            match run(&mut bitrate, &fine(now), now) {
                (video, Some(Change::Recovering)) => {
                    assert!(video > last && video < last * 13 / 10 + 32_000, "{last} to {video}");
                    last = video;
                }
                (video, told) => {
                    assert_eq!((video, told, step), (ASKED.video, Some(Change::Clear), 6));
                    assert_eq!(run(&mut bitrate, &fine(now + 4), now + 4), (ASKED.video, None));
                    return;
                }
            }
        }
        panic!("never clear");
    }

    #[test]
    fn a_step_up_that_was_too_much_waits_longer_each_time_and_others_do_not() {
        let mut bitrate = Bitrate::default();
        run(&mut bitrate, &narrow(10), 10);
        // The line carries 800 kbit/s.
        let (mut steps, mut changed) = (Vec::new(), 10);
        for now in 11..300 {
            let (video, told) = run(&mut bitrate, &fine(now), now);
            if told.is_some() {
                steps.push(now - changed);
                changed = now;
            }
            if video > 800_000 - ASKED.audio {
                changed = now + 2;
                assert_eq!(run(&mut bitrate, &narrow(changed), changed).1, Some(Change::Narrow));
            }
        }
        assert_eq!(steps[..10], [3, 6, 3, 12, 3, 24, 3, 48, 3, 60], "{steps:?}");
    }

    #[test]
    fn only_the_step_beyond_what_was_too_much_waits_longer() {
        let mut bitrate = Bitrate::default();
        run(&mut bitrate, &narrow(10), 10);
        let mut changes = vec![10];
        for now in 11..60 {
            if run(&mut bitrate, &fine(now), now).1.is_some() {
                changes.push(now);
            }
        }
        let waits: Vec<_> = changes.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(waits, [3, 6, 3, 3, 3, 3, 3]);
    }

    #[test]
    fn a_rest_that_is_given_up_lowers_it_whatever_the_source_gives() {
        let mut bitrate = Bitrate::default();
        bitrate.give_up();
        assert_eq!((bitrate.take_change(), bitrate.cut_short()), (Some(Change::Narrow), 1));
        let quiet = Line::new(Duration::ZERO);
        assert_eq!(run(&mut bitrate, &quiet, 10), (2_105_800, Some(Change::Narrow)), "0.85 of all");
        assert_eq!(run(&mut bitrate, &quiet, 11), (2_105_800, None), "once");
    }

    #[test]
    fn the_sound_gets_worse_only_when_the_picture_cannot_and_there_is_a_floor() {
        let mut bitrate = Bitrate::default();
        for now in 10..60 {
            bitrate.give_up();
            run(&mut bitrate, &fine(now), now);
            let Rates { video, audio } = bitrate.of(ASKED);
            assert!(audio == ASKED.audio || video == LEAST.video, "{video} and {audio}");
        }
        assert_eq!(bitrate.of(ASKED), LEAST);
        assert!(!bitrate.wants_less(ASKED, &narrow(70), ms(5_000), ms(70_000)));
        let little = Rates { video: 50_000, audio: 0 };
        assert_eq!(bitrate.of(little), little, "less than the floor was asked for");
    }
}
