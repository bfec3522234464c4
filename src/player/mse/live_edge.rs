//! How far behind the live edge to play. Pure: all times are arguments, in seconds.
//!
//! Playing starts with the target ahead of the playhead and stays there by gently changing the playback rate.
//! A seek costs a visible jump and, with hardware decoders, many dropped frames, so it is only for what a
//! rate cannot mend in reasonable time. <https://github.com/OpenIPC/majestic-webui/pull/394>

use std::collections::VecDeque;

/// What is ahead at the start unless `targetLatency` says otherwise. Below 0.2 Chromium's audio renderer runs
/// dry when a restart makes the buffer sink by 0.15 to 0.2.
pub const TARGET: f64 = 0.35;

/// The buffer breathes with each piece and each restart; what counts is its mean over this time.
const WINDOW: f64 = 1.0;

/// Errors below this are left alone.
const DEAD_BAND: f64 = 0.04;

/// Rate per second of error: 100 ms too much gives 1.06.
const GAIN: f64 = 0.6;

/// Rates change in steps of this: a pitch corrector dislikes small changes.
const STEP: f64 = 0.02;

/// The slowest and the fastest rate near the target. Nobody hears these.
const SLOWEST: f64 = 0.94;
const FASTEST: f64 = 1.06;

/// The fastest rate from `PLENTY` too much on. Near the target a long stretch of it breaks Chromium's sound.
const CATCH_UP: f64 = 1.1;
const PLENTY: f64 = 0.3;

/// What is more than the target by this is out of a rate's reach.
const FAR: f64 = 2.5;

/// What a viewer who comes back (from a pause, to the tab) is put back from.
const BACK: f64 = 0.5;

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

/// Keeps a playhead at its distance.
#[derive(Debug)]
pub struct LiveEdge {
    target: f64,
    started: bool,
    /// Starts with less ahead than the target, since no more may come.
    at_once: bool,
    rate: f64,
    ahead: VecDeque<(f64, f64)>,
    sought: f64,
}

impl LiveEdge {
    pub fn new(target: f64) -> Self {
        Self {
            target,
            started: false,
            at_once: false,
            rate: 1.0,
            ahead: VecDeque::new(),
            sought: f64::NEG_INFINITY,
        }
    }

    /// Whether it has begun to play.
    pub fn has_started(&self) -> bool {
        self.started
    }

    /// What there is may be all for a long time: it is played now.
    pub fn start_at_once(&mut self) {
        self.at_once = true;
    }

    /// The regular look.
    pub fn step(&mut self, sample: Sample) -> Step {
        let Sample { now, start, end, playhead, playing, slides } = sample;
        if !self.started {
            if end - start < self.target && !self.at_once {
                return Step::Nothing;
            }
            self.started = true;
            return Step::Start(if slides { start } else { (end - self.target).max(start) });
        }
        if !playing {
            self.ahead.clear();
            return self.set_rate(1.0);
        }
        let ahead = end - playhead;
        let lost = playhead < start - 0.001;
        if slides && !lost {
            self.ahead.clear();
            return self.set_rate(if ahead > STARVED { RUSH } else { 1.0 });
        }
        if lost || ahead > self.target + FAR && now - self.sought > SEEK_EVERY {
            return self.seek(sample);
        }
        self.ahead.push_back((now, ahead));
        while self.ahead.front().is_some_and(|(then, _)| now - then > WINDOW) {
            self.ahead.pop_front();
        }
        let mean = self.ahead.iter().map(|(_, ahead)| ahead).sum::<f64>() / self.ahead.len() as f64;
        let error = mean - self.target;
        let fastest = if error > PLENTY { CATCH_UP } else { FASTEST };
        self.set_rate(if error.abs() < DEAD_BAND {
            1.0
        } else {
            (1.0 + error * GAIN).clamp(SLOWEST, fastest)
        })
    }

    /// The viewer is back: straight to the edge, unless nearly there.
    pub fn back(&mut self, sample: Sample) -> Step {
        let far = sample.end - sample.playhead > self.target + BACK || sample.playhead < sample.start;
        if self.started && far { self.seek(sample) } else { Step::Nothing }
    }

    fn seek(&mut self, sample: Sample) -> Step {
        self.sought = sample.now;
        self.ahead.clear();
        Step::Seek((sample.end - self.target).max(sample.start))
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
mod tests {
    use super::*;

    fn sample(now: f64, ahead: f64) -> Sample {
        Sample { now, start: 0.0, end: 100.0, playhead: 100.0 - ahead, playing: true, slides: false }
    }

    fn started() -> LiveEdge {
        let mut edge = LiveEdge::new(TARGET);
        assert_eq!(edge.step(sample(0.0, 100.0)), Step::Start(100.0 - TARGET));
        edge
    }

    #[test]
    fn starts_when_the_target_is_there() {
        let mut edge = LiveEdge::new(TARGET);
        let early = Sample { now: 0.0, start: 0.0, end: 0.2, playhead: 0.0, playing: false, slides: false };
        assert_eq!(edge.step(early), Step::Nothing);
        assert_eq!(edge.step(Sample { end: 0.4, ..early }), Step::Start(0.4 - TARGET));
    }

    #[test]
    fn slides_are_rushed_through_to_the_newest() {
        let mut edge = LiveEdge::new(TARGET);
        let slides = |ahead| Sample { slides: true, ..sample(1.0, ahead) };
        assert_eq!(edge.step(slides(100.0)), Step::Start(0.0), "no seek into a picture that stands");
        assert_eq!(edge.step(slides(2.6)), Step::Rate(RUSH));
        assert_eq!(edge.step(slides(1.0)), Step::Nothing);
        assert_eq!(edge.step(slides(0.01)), Step::Rate(1.0));
        assert_eq!(edge.step(Sample { playing: false, ..slides(2.6) }), Step::Nothing, "a viewer's pause");
    }

    #[test]
    fn starts_with_less_when_no_more_comes() {
        let mut edge = LiveEdge::new(TARGET);
        let still = Sample { now: 0.0, start: 0.0, end: 0.033, playhead: 0.0, playing: false, slides: false };
        assert_eq!(edge.step(still), Step::Nothing);
        edge.start_at_once();
        assert_eq!(edge.step(still), Step::Start(0.0));
        assert!(edge.has_started());
    }

    #[test]
    fn drifts_back_by_rate_and_rests_near_the_target() {
        let mut edge = started();
        assert_eq!(edge.step(sample(1.0, TARGET + 0.03)), Step::Nothing);
        assert_eq!(edge.step(sample(3.0, TARGET + 0.10)), Step::Rate(1.06));
        assert_eq!(edge.step(sample(5.0, TARGET)), Step::Rate(1.0));
        assert_eq!(edge.step(sample(7.0, TARGET - 0.07)), Step::Rate(0.96));
    }

    #[test]
    fn one_dip_is_not_chased() {
        let mut edge = started();
        for tenth in 0..10 {
            assert_eq!(edge.step(sample(1.0 + f64::from(tenth) / 10.0, TARGET)), Step::Nothing);
        }
        assert_eq!(edge.step(sample(2.0, TARGET - 0.2)), Step::Nothing);
    }

    #[test]
    fn seeks_only_when_far_and_not_twice_in_a_row() {
        let mut edge = started();
        assert_eq!(edge.step(sample(1.0, 4.0)), Step::Seek(100.0 - TARGET));
        assert_eq!(edge.step(sample(2.0, 4.0)), Step::Rate(1.1));
        assert_eq!(edge.step(sample(6.5, 4.0)), Step::Seek(100.0 - TARGET));
    }

    #[test]
    fn a_target_far_behind_is_a_target_too() {
        let mut edge = LiveEdge::new(10.0);
        assert_eq!(edge.step(sample(0.0, 100.0)), Step::Start(90.0));
        assert_eq!(edge.step(sample(1.0, 10.0)), Step::Nothing);
    }

    #[test]
    fn a_viewer_who_comes_back_is_put_at_the_edge() {
        let mut edge = started();
        assert_eq!(edge.back(sample(1.0, TARGET + 0.2)), Step::Nothing);
        assert_eq!(edge.back(sample(1.0, TARGET + 1.0)), Step::Seek(100.0 - TARGET));
    }

    #[test]
    fn a_playhead_whose_media_was_evicted_is_lost() {
        let mut edge = started();
        let lost = Sample { now: 1.0, start: 50.0, end: 51.0, playhead: 20.0, playing: true, slides: false };
        assert_eq!(edge.step(lost), Step::Seek(51.0 - TARGET));
    }
}
