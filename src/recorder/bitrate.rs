//! Which bitrate the next run is asked for. Pure: time is an argument, in ms.
//!
//! A recorder cannot change its bitrate, so it is always the next one's. On a line that is too narrow it steps down
//! to what the line has carried, with room for what is still on its way; when nothing is late it steps up again,
//! gently. A step up that was too much makes the next one wait longer.

use super::congestion::{FREE, LATE, LATELY, Line, WINDOW};

/// Of what the line carries the next run gets this much, so that it can catch up.
const SHARE: f64 = 0.7;

/// It gets less than the run before at any rate: recorders take what they are asked for only roughly.
const LESS: f64 = 0.85;

/// A step up.
const MORE: f64 = 1.25;

/// A step up comes this long after the one before. One beyond what was too much waits twice as long, and
/// twice that if it is too much again.
const WAIT: f64 = 3_000.0;
const LONGEST_WAIT: f64 = 60_000.0;

/// A line that is too narrow within this time after a step up is so because of it, and is left in peace early.
const PROBED: f64 = 10_000.0;

/// No run is shorter than this because of the line.
const SHORTEST: f64 = 500.0;

/// After a step down it takes this long to see whether it was enough: what was sent before comes first.
const SETTLING: f64 = 1_500.0;

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
    changed: f64,
    was_raised: bool,
    /// What was too much, and how long a step beyond it waits.
    failed: Option<(f64, f64)>,
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
    pub fn wants_less(&self, asked: Rates, line: &Line, age: f64, now: f64) -> bool {
        age >= SHORTEST && self.total(asked) > LEAST.min(asked).total() && self.is_too_much(line, now)
    }

    /// A run begins: decides its bitrate.
    pub fn next_run(&mut self, asked: Rates, line: &Line, now: f64) {
        let gave_up = std::mem::take(&mut self.gave_up);
        if gave_up || self.is_too_much(line, now) {
            // A line that was wide a moment ago has carried more than it does now.
            let time = if self.limit.is_some() { WINDOW } else { LATELY };
            self.lower(asked, line.carries(time), now);
        } else if self.limit.is_some() && line.is_fine() && now >= self.changed + self.wait(asked) {
            self.raise(asked, now);
        }
    }

    fn lower(&mut self, asked: Rates, carries: Option<f64>, now: f64) {
        let before = self.total(asked);
        let waited = self.failed.filter(|_| self.is_probing(now)).map_or(WAIT, |(_, wait)| wait);
        let carries = carries.unwrap_or(f64::INFINITY);
        self.failed = Some((carries.min(before), (waited * 2.0).min(LONGEST_WAIT)));
        let limit = (carries * SHARE).min(before * LESS).max(LEAST.min(asked).total());
        self.limit = Some(limit);
        (self.changed, self.was_raised) = (now, false);
        if limit < before {
            self.untold = Some(Change::Narrow);
        }
    }

    fn raise(&mut self, asked: Rates, now: f64) {
        let before = self.total(asked);
        // What was too much once is not any more.
        self.failed = self.failed.filter(|(failed, _)| before < *failed);
        let limit = before * MORE;
        (self.changed, self.was_raised) = (now, true);
        self.limit = (limit < asked.total()).then_some(limit);
        self.untold = Some(if self.limit.is_some() { Change::Recovering } else { Change::Clear });
    }

    fn is_too_much(&self, line: &Line, now: f64) -> bool {
        if self.is_probing(now) {
            return line.is_narrow(FREE);
        }
        (self.limit.is_none() || now >= self.changed + SETTLING) && line.is_narrow(LATE)
    }

    /// Whether the last step up is so new that a line that is too narrow is so because of it.
    fn is_probing(&self, now: f64) -> bool {
        self.was_raised && now < self.changed + PROBED
    }

    /// How long after the last change a step up may come.
    fn wait(&self, asked: Rates) -> f64 {
        let now = self.total(asked);
        let is_up_to = |failed| now < failed && now * MORE > failed;
        self.failed.filter(|(failed, _)| is_up_to(*failed)).map_or(WAIT, |(_, wait)| wait)
    }

    fn total(&self, asked: Rates) -> f64 {
        self.limit.map_or(asked.total(), |limit| limit.min(asked.total()))
    }
}

#[cfg(test)]
mod tests;
