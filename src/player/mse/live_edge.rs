//! How far behind the live edge to play. Pure: all times are arguments, in seconds.
//!
//! Playing starts with the target ahead of the playhead and stays there by gently changing the playback rate.
//! A seek costs a visible jump and, with hardware decoders, many dropped frames, so it is only for what a
//! rate cannot mend in reasonable time. <https://github.com/OpenIPC/majestic-webui/pull/394>

use std::collections::VecDeque;

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
    edges: VecDeque<(f64, f64)>,
    sought: f64,
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
            edges: VecDeque::new(),
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
            self.edges.push_back((now, end - now - self.rhythm));
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
            (1.0 + error * GAIN).clamp(SLOWEST, fastest)
        })
    }

    /// The edge at its worst, and what it may be next, relative to the time that goes by.
    fn least(&mut self, now: f64, end: f64) -> f64 {
        self.edges.push_back((now, end - now));
        while self.edges.front().is_some_and(|(then, _)| now - then > MEMORY) {
            self.edges.pop_front();
        }
        let worst = |within: f64| {
            let edges = self.edges.iter().filter(|(then, _)| now - then <= within);
            edges.map(|(_, edge)| *edge).fold(f64::INFINITY, f64::min)
        };
        worst(MEMORY).max(worst(WINDOW) - self.rhythm)
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

    /// The viewer is back: straight to the edge, unless nearly there.
    pub fn back(&mut self, sample: Sample) -> Step {
        let far = sample.end - sample.playhead > self.target() + BACK || sample.playhead < sample.start;
        if self.started && far { self.seek(sample) } else { Step::Nothing }
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
mod tests {
    use super::*;

    fn sample(now: f64, ahead: f64) -> Sample {
        Sample { now, start: 0.0, end: 100.0, playhead: 100.0 - ahead, playing: true, slides: false }
    }

    /// The playhead goes along with the time, and so much is ahead of it.
    fn moving(now: f64, ahead: f64) -> Sample {
        Sample { end: now + ahead, playhead: now, ..sample(now, 0.0) }
    }

    const TARGET: f64 = 0.35;

    fn started() -> LiveEdge {
        let mut edge = LiveEdge::new(TARGET, true);
        assert_eq!(edge.step(sample(0.0, 100.0)), Step::Start(100.0 - (TARGET + UNKNOWN)));
        assert_eq!(edge.step(sample(KNOWN_AFTER, TARGET)), Step::Nothing);
        edge.edges.clear();
        edge
    }

    #[test]
    fn the_start_is_corrected_once_by_a_seek_if_that_is_worth_it() {
        let corrected = |least: f64| {
            let mut edge = LiveEdge::new(TARGET, true);
            edge.step(sample(0.0, 100.0));
            edge.step(moving(0.1, least));
            let first = edge.step(moving(KNOWN_AFTER, 1.0));
            (first, edge.step(moving(KNOWN_AFTER + 0.1, 1.0)))
        };
        let (Step::Seek(to), after) = corrected(TARGET + 0.4) else { panic!("no seek") };
        assert!((to - KNOWN_AFTER - 0.4).abs() < 1e-9, "by 0.4, not to {to}");
        assert!(matches!(after, Step::Rate(_) | Step::Nothing), "once");
        assert!(!matches!(corrected(TARGET + 0.2).0, Step::Seek(_)));
    }

    #[test]
    fn starts_when_the_target_and_a_little_more_is_there() {
        let mut edge = LiveEdge::new(TARGET, true);
        let early = Sample { now: 0.0, start: 0.0, end: 0.4, playhead: 0.0, playing: false, slides: false };
        assert_eq!(edge.step(early), Step::Nothing);
        assert_eq!(edge.step(Sample { end: 0.6, ..early }), Step::Start(0.6 - (TARGET + UNKNOWN)));
    }

    #[test]
    fn slides_are_rushed_through_to_the_newest() {
        let mut edge = LiveEdge::new(TARGET, true);
        let slides = |ahead| Sample { slides: true, ..sample(1.0, ahead) };
        assert_eq!(edge.step(slides(100.0)), Step::Start(0.0), "no seek into a picture that stands");
        assert_eq!(edge.step(slides(2.6)), Step::Rate(RUSH));
        assert_eq!(edge.step(slides(1.0)), Step::Nothing);
        assert_eq!(edge.step(slides(0.01)), Step::Rate(1.0));
        assert_eq!(edge.step(Sample { playing: false, ..slides(2.6) }), Step::Nothing, "a viewer's pause");
    }

    #[test]
    fn starts_with_less_when_no_more_comes() {
        let mut edge = LiveEdge::new(TARGET, true);
        let still = Sample { now: 0.0, start: 0.0, end: 0.033, playhead: 0.0, playing: false, slides: false };
        assert_eq!(edge.step(still), Step::Nothing);
        edge.start_at_once();
        assert_eq!(edge.step(still), Step::Start(0.0));
        assert!(edge.has_started());
    }

    #[test]
    fn drifts_back_by_rate_and_rests_near_the_target() {
        let mut edge = started();
        assert_eq!(edge.step(sample(1.0, TARGET + 0.01)), Step::Nothing);
        assert_eq!(edge.step(sample(3.0, TARGET + 0.07)), Step::Rate(1.04));
        assert_eq!(edge.step(sample(5.0, TARGET)), Step::Rate(1.0));
        assert_eq!(edge.step(sample(7.0, TARGET - 0.09)), Step::Rate(0.96));
        assert_eq!(edge.step(sample(9.0, PLENTY + 0.1)), Step::Rate(1.08));
    }

    #[test]
    fn the_edge_at_its_worst_counts() {
        let mut edge = started();
        assert_eq!(edge.step(moving(20.0, TARGET)), Step::Nothing);
        for tenth in 1..10 {
            assert_eq!(
                edge.step(moving(20.0 + f64::from(tenth) / 10.0, TARGET + 0.15)),
                Step::Nothing,
                "within a second"
            );
        }
        assert_eq!(
            edge.step(moving(21.5, TARGET + 0.15)),
            Step::Rate(1.04),
            "beyond it only as much as a rhythm"
        );
        assert_eq!(edge.step(moving(22.0, TARGET + RHYTHM)), Step::Rate(1.0));
        assert_eq!(edge.step(moving(40.0, TARGET + RHYTHM)), Step::Rate(1.02), "and not for ever");
    }

    #[test]
    fn a_line_on_which_it_runs_dry_gets_more_for_a_while() {
        let mut edge = started();
        edge.starved(0.5);
        assert_eq!(edge.target(), TARGET, "that was the start");
        edge.starved(10.0);
        edge.starved(11.0);
        assert_eq!(edge.target(), TARGET + 2.0 * MORE);
        (0..20).for_each(|_| edge.starved(12.0));
        assert_eq!(edge.target(), MOST);
        edge.step(sample(12.0, 0.5));
        edge.step(sample(1_000.0, 0.5));
        assert_eq!(edge.target(), TARGET);
    }

    #[test]
    fn seeks_only_when_far_and_not_twice_in_a_row() {
        let mut edge = started();
        assert_eq!(edge.step(sample(6.0, 4.0)), Step::Seek(100.0 - TARGET));
        assert_eq!(edge.step(sample(7.0, 4.0)), Step::Rate(1.08));
        assert_eq!(edge.step(sample(11.5, 4.0)), Step::Seek(100.0 - TARGET));
    }

    #[test]
    fn a_target_far_behind_is_a_target_too() {
        let mut edge = LiveEdge::new(10.0, true);
        assert_eq!(edge.step(sample(0.0, 100.0)), Step::Start(100.0 - (10.0 + UNKNOWN)));
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
