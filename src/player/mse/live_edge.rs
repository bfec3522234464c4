//! How far behind the live edge to play. Pure: all times are arguments, in seconds.
//!
//! Playing starts with the target ahead of the playhead and stays there by gently changing the playback rate.
//! A seek costs a visible jump and, with hardware decoders, many dropped frames, so it is only for what a
//! rate cannot mend in reasonable time. <https://github.com/OpenIPC/majestic-webui/pull/394>

mod back;

use crate::lean;

/// The least that is kept ahead of the playhead. With less Chromium's sound runs dry, and each time it waits longer.
const WITH_SOUND: f64 = 0.15;
const PICTURES: f64 = 0.1;
const CAREFUL: f64 = 0.35;

/// What is ahead breathes with each piece; what counts is the least of it within this time.
const WINDOW: f64 = 1.0;

/// The next recorder's pieces may come in another rhythm: in Chromium packets of sound come one by one, or in pairs, which is
/// 60 ms later at the worst. So what was worse within this time counts too, up to so much.
const MEMORY: f64 = 12.0;
const RHYTHM: f64 = 0.06;
const RHYTHM_OF_PICTURES: f64 = 0.02;

/// A newcomer begins with this much more than the target ahead, until it is known how the pieces come.
const UNKNOWN: f64 = 0.1;

/// So long after the start, in seconds, that is known, and what is far too much is sought over. A seek costs content.
const KNOWN_AFTER: f64 = 0.35;
const WORTH_A_SEEK: f64 = 0.3;

/// Errors below this are left alone.
const DEAD_BAND: f64 = 0.02;

/// Rate per second of error: 100 ms too much gives 1.04.
const GAIN: f64 = 0.5;

/// Rates change in steps of this: a pitch corrector dislikes small changes.
const STEP: f64 = 0.02;

/// The slowest and the fastest rate near the target. Nobody hears these.
const SLOWEST: f64 = 0.96;
const FASTEST: f64 = 1.04;

/// The fastest rate with `PLENTY` ahead. With less a long stretch of it breaks Chromium's sound.
const CATCH_UP: f64 = 1.08;
const PLENTY: f64 = 0.45;

/// Where the playhead has run into the end, the target was too small on this line: so much more, up to so much in all,
const MORE: f64 = 0.1;
const MOST: f64 = 1.0;

/// and this much less again for each second without another.
const LESS: f64 = 0.01;

/// What is more than the target by this is out of a rate's reach.
const FAR: f64 = 2.5;

/// With less than this ahead nothing is played: the playhead stands.
const STARVED: f64 = 0.05;

/// The rate through a picture that has stood and still lasts: nobody sees that it is fast. A seek would not do,
/// since Chromium paints nothing after one until several frames are there.
const RUSH: f64 = 3.0;

/// No second seek within this.
const SEEK_EVERY: f64 = 5.0;

/// What is known of the element at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    pub now: f64,
    /// The buffered range that the playhead is in or before.
    pub start: f64,
    pub end: f64,
    pub playhead: f64,
    pub playing: bool,
    /// There is no sound, and each picture lasts long: slides.
    pub slides: bool,
}

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    Nothing,
    /// Begin to play from here.
    Start(f64),
    Rate(f64),
    Seek(f64),
}

/// As little as does, in seconds. `is_careful`: the browser must not run dry.
pub fn target(has_sound: bool, is_careful: bool) -> f64 {
    match (has_sound, is_careful) {
        (_, true) => CAREFUL,
        (true, false) => WITH_SOUND,
        (false, false) => PICTURES,
    }
}

/// Keeps a playhead at its distance.
#[derive(Debug)]
pub struct LiveEdge {
    /// What was asked for.
    target: f64,
    /// What the next recorder's pieces may come later.
    rhythm: f64,
    /// What this line needs beyond it, and when that was looked at last.
    more: f64,
    looked: f64,
    started: bool,
    /// The start was corrected.
    settled: bool,
    /// Starts with less ahead than the target, since no more may come.
    at_once: bool,
    rate: f64,
    /// The end of what is buffered minus the time, at each time.
    edges: Vec<(f64, f64)>,
    sought: f64,
    /// When the viewer came back, and where the edge was before that.
    back: f64,
    was: f64,
}

impl LiveEdge {
    pub fn new(target: f64, has_sound: bool) -> Self {
        Self {
            target,
            rhythm: if has_sound { RHYTHM } else { RHYTHM_OF_PICTURES },
            more: 0.0,
            looked: 0.0,
            started: false,
            settled: false,
            at_once: false,
            rate: 1.0,
            edges: Vec::new(),
            sought: f64::NEG_INFINITY,
            back: f64::NEG_INFINITY,
            was: f64::NEG_INFINITY,
        }
    }

    /// For a playhead that is near the edge already, and playing.
    pub fn at(target: f64, has_sound: bool) -> Self {
        Self { started: true, settled: true, ..Self::new(target, has_sound) }
    }

    /// Whether it has begun to play.
    pub fn has_started(&self) -> bool {
        self.started
    }

    /// What there is may be all for a long time: it is played now.
    pub fn start_at_once(&mut self) {
        self.at_once = true;
    }

    /// What was asked for, in seconds.
    pub fn asked(&self) -> f64 {
        self.target
    }

    /// The regular look.
    pub fn step(&mut self, sample: Sample) -> Step {
        let Sample { now, start, end, playhead, playing, slides } = sample;
        self.more = (self.more - LESS * (now - self.looked).max(0.0)).max(0.0);
        self.looked = now;
        if !self.started {
            let enough = self.target() + UNKNOWN;
            if end - start < enough && !self.at_once {
                return Step::Nothing;
            }
            self.started = true;
            self.sought = now;
            // Until more is known, the rhythm is taken for the better one.
            self.edges.push((now, end - now - self.rhythm));
            return Step::Start(if slides { start } else { (end - enough).max(start) });
        }
        if !playing {
            self.edges.clear();
            return self.set_rate(1.0);
        }
        let ahead = end - playhead;
        let lost = playhead < start - 0.001;
        if slides && !lost {
            self.edges.clear();
            return self.set_rate(if ahead > STARVED { RUSH } else { 1.0 });
        }
        if lost || ahead > self.target() + FAR && now - self.sought > SEEK_EVERY {
            return self.seek(sample);
        }
        if self.is_back_and_off(sample) {
            return self.seek(sample);
        }
        let least = self.least(now, end) + now - playhead;
        let error = least - self.target();
        if !self.settled && now - self.sought >= KNOWN_AFTER {
            self.settled = true;
            if error > WORTH_A_SEEK {
                return Step::Seek(playhead + error);
            }
        }
        let fastest = if least > PLENTY { CATCH_UP } else { FASTEST };
        self.set_rate(if error.abs() < DEAD_BAND {
            1.0
        } else {
            lean::clamp(1.0 + error * GAIN, SLOWEST, fastest)
        })
    }

    /// The edge at its worst, and what it may be next, relative to the time that goes by.
    fn least(&mut self, now: f64, end: f64) -> f64 {
        self.edges.push((now, end - now));
        let old = self.edges.iter().take_while(|(then, _)| now - then > MEMORY).count();
        self.edges.drain(..old);
        let (mut worst, mut lately) = (f64::INFINITY, f64::INFINITY);
        for (then, edge) in &self.edges {
            worst = worst.min(*edge);
            if now - then <= WINDOW {
                lately = lately.min(*edge);
            }
        }
        worst.max(lately - self.rhythm)
    }

    /// The playhead has run into the end: more is kept ahead from now on. What a start or a seek brings does not count.
    pub fn starved(&mut self, now: f64) {
        if self.started && now - self.sought > WINDOW {
            self.more = (self.more + MORE).min((MOST - self.target).max(0.0));
        }
    }

    fn target(&self) -> f64 {
        self.target + self.more
    }

    fn seek(&mut self, sample: Sample) -> Step {
        self.sought = sample.now;
        self.edges.clear();
        Step::Seek((sample.end - self.target()).max(sample.start))
    }

    fn set_rate(&mut self, rate: f64) -> Step {
        let rate = (rate / STEP).round() * STEP;
        if (rate - self.rate).abs() < STEP / 2.0 {
            return Step::Nothing;
        }
        self.rate = rate;
        Step::Rate(rate)
    }
}

#[cfg(test)]
mod tests;
