//! Where one recording takes over from another of the same stream, so that nobody sees it.
//!
//! Two recorders run for a moment. Each counts time from its own first frame, so the two are laid over each other by the
//! times of their pictures first. At the switch the new one's pictures that the old one has given already are
//! kept, since what follows needs them, but not shown, and packed behind the old one's last; its packets of sound that were
//! given already are dropped.
//!
//! ```text
//! old    K  p  p  p  p │ (the rest is thrown away)
//! new             K  p │ p  p  p
//! sent   K  p  p  p  p K̶p̶ p  p  p
//! ```
//!
//! Measured in Chromium 156 and Firefox 153.

use crate::Frame;

/// The pictures that are remembered of the old recording: a second at 60 frames.
const REMEMBERED: usize = 60;

/// The page's clock tells the offset of the two to within this, ms. A camera is up to 7 ms off.
const GUESS: f64 = 60.0;

/// How much an offset is disliked for each ms that it is off the guess, in ms of mean difference. At a steady 30 frames
/// a second neighbouring frames fit equally well: the guess decides.
const DISLIKE: f64 = 1.0 / 40.0;

/// So many pictures of the new recording must have their like in the old one,
const ALIKE: usize = 3;

/// and their times must differ by no more than this in the mean, ms: browsers round them.
const DIFFERENCE: f64 = 0.7;

/// A picture that is this much later than another, ms, is not the same one.
const SAME: i64 = 5;

/// A packet of sound that lasts this long, ms, is not waited for.
const SHORT: i64 = 20;

/// A recording that has given so many packets of sound gives them at an even pace.
const SETTLED: usize = 4;

/// What is left between the old recording's last picture and what follows, ms: room for a clock that is corrected.
const ROOM: i64 = 2;

/// What a recording has given lately.
#[derive(Debug, Default)]
pub struct Tail {
    pictures: Vec<i64>,
    /// The newest packet of sound: when it starts, and how long it lasts.
    sound: Option<(i64, i64)>,
}

impl Tail {
    /// The time of the newest picture, ms.
    pub fn newest_picture(&self) -> Option<i64> {
        self.pictures.last().copied()
    }

    /// Where the next packet of sound begins, ms.
    pub fn sound_goes_on(&self) -> Option<i64> {
        self.sound.map(|(start, duration)| start + duration)
    }

    /// A frame was given.
    pub fn note(&mut self, frame: &Frame) {
        if !frame.is_video {
            self.sound = Some((frame.time, frame.packet_duration()));
            return;
        }
        self.pictures.push(frame.time);
        if self.pictures.len() > REMEMBERED {
            self.pictures.remove(0);
        }
    }
}

/// What two recordings have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// They record the same stream.
    Same,
    /// They record different ones, so only the clock tells how they lie to each other: viewers see a cut.
    Other,
}

/// A recording that is about to take over.
#[derive(Debug)]
pub struct Handover {
    likeness: Likeness,
    /// Its start minus the old one's by the page's clock, ms.
    guess: f64,
    frames: Vec<Frame>,
}

/// The place where a recording takes over.
#[derive(Debug, PartialEq)]
pub struct Joint {
    /// Where the new segment begins, in the old recording's time, ms.
    pub start: i64,
    /// The same moment in the new recording's time, ms.
    pub base: i64,
    /// Pictures up to here were shown: new recording's time, ms.
    shown: i64,
    /// Packets of sound that start no later than this were heard: new recording's time, ms.
    heard: i64,
    /// The time of the next picture that is decoded and not shown.
    hidden: i64,
}

impl Handover {
    /// `guess` is the new recording's start minus the old one's, by the page's clock, ms.
    pub fn new(guess: f64, likeness: Likeness) -> Self {
        Self { likeness, guess, frames: Vec::new() }
    }

    /// The new recording has given these.
    pub fn add(&mut self, frames: Vec<Frame>) {
        self.frames.extend(frames);
    }

    /// All that the new recording has given, for one that begins without an old one.
    pub fn into_frames(self) -> Vec<Frame> {
        self.frames
    }

    /// Where to switch, if it can be done now; `at_once` as well as can be done. `has_pictures`: the new recording has, or
    /// will have, pictures.
    pub fn joint(&self, old: &Tail, has_pictures: bool, at_once: bool) -> Option<Joint> {
        let last = old.pictures.last().copied().filter(|_| has_pictures);
        let (offset, is_sure) = match (self.likeness, last) {
            (Likeness::Same, Some(_)) => self.align(old),
            _ => (self.guess.round() as i64, true),
        };
        let new = |is_video| {
            let of_kind = self.frames.iter().filter(move |frame| frame.is_video == is_video);
            of_kind.map(move |frame| frame.time + offset)
        };
        let covers =
            last.is_none_or(|last| new(true).next_back().is_some_and(|newest| newest + SAME >= last));
        // Sound must not wait for its next packet, which lasts 60 ms in Chromium: it is there; or, in a recording that has found
        // its rhythm, it comes when the old one's would.
        let next = old.sound.and_then(|(heard, packet)| {
            let there = new(false).find(|time| *time > heard + 1);
            let is_as_far = |newest: &i64| newest + SAME >= heard && new(false).count() >= SETTLED;
            let newest = new(false).next_back().filter(|newest| packet <= SHORT || is_as_far(newest));
            there.or(newest.map(|newest| newest + packet))
        });
        let first = self
            .frames
            .iter()
            .find(|frame| frame.is_video == has_pictures)
            .map(|frame| frame.time + offset)?;
        // Without pictures the sound itself is where it begins.
        let start = last.map(|last| last + ROOM).or(next).unwrap_or(first);
        let fits =
            old.sound.is_none() || new(false).next().is_none() || next.is_some_and(|next| next >= start);
        (is_sure && covers && fits || at_once).then(|| Joint {
            start,
            base: start - offset,
            shown: last.map_or(i64::MIN, |last| last + SAME - offset),
            heard: old.sound.map_or(i64::MIN, |(heard, _)| heard + 1 - offset),
            hidden: start - offset,
        })
    }

    /// The new recording's frames, as they follow the old one's.
    pub fn edited(self, joint: &mut Joint) -> Vec<Frame> {
        let mut frames: Vec<Frame> = Vec::new();
        for frame in self.frames.into_iter().filter_map(|frame| joint.edit(frame)) {
            // Some dozen that are nearly in order; `sort_by_key` would bring 5 KB.
            let at = frames.partition_point(|before| before.time <= frame.time);
            frames.insert(at, frame);
        }
        frames
    }

    /// The old recording's time minus the new one's, ms, and whether that is sure.
    fn align(&self, old: &Tail) -> (i64, bool) {
        let new: Vec<_> = self.frames.iter().filter(|frame| frame.is_video).map(|frame| frame.time).collect();
        let offsets = new.iter().flat_map(|new| old.pictures.iter().map(move |old| old - new));
        let near = offsets.filter(|offset| (*offset as f64 - self.guess).abs() < GUESS);
        let scored = near.map(|offset| {
            let (count, mean) = difference(&old.pictures, &new, offset);
            let score = mean + (offset as f64 - self.guess).abs() * DISLIKE;
            // An offset that leaves less to compare is no worse for it: it is only not sure yet.
            (score, offset, count >= ALIKE && mean <= DIFFERENCE)
        });
        let best = scored.min_by(|one, other| one.0.total_cmp(&other.0));
        best.map_or((self.guess.round() as i64, false), |(_, offset, is_sure)| (offset, is_sure))
    }
}

/// How many of the new pictures can be compared, and the mean difference in time to their likes, ms.
fn difference(old: &[i64], new: &[i64], offset: i64) -> (usize, f64) {
    let newest = old.last().copied().unwrap_or(i64::MIN);
    // The first one is what the source showed when the recorder was started, and in Firefox no frame of its own.
    let placed = new.iter().skip(1).map(|time| time + offset).filter(|time| *time <= newest + SAME);
    let (sum, count) = placed.fold((0, 0), |(sum, count), time| {
        let nearest = old.iter().map(|old| old.abs_diff(time)).min().unwrap_or(0);
        (sum + nearest, count + 1)
    });
    (count, if count > 0 { sum as f64 / count as f64 } else { DIFFERENCE })
}

impl Joint {
    /// A frame of the new recording as it follows the old one's; `None` if it was heard already.
    pub fn edit(&mut self, mut frame: Frame) -> Option<Frame> {
        if !frame.is_video {
            return (frame.time > self.heard).then(|| {
                frame.time = frame.time.max(self.base);
                frame
            });
        }
        if frame.time <= self.shown {
            frame.hide();
            frame.time = self.hidden;
        } else {
            frame.time = frame.time.max(self.hidden);
        }
        self.hidden = frame.time + 1;
        Some(frame)
    }
}
