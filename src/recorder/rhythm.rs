//! When a segment ends and the next begins.

use super::{Recorder, Recording, run::Run};
use crate::{
    dom::now,
    error::{Error, Kind},
    events::State,
};
use blobcast_container::Frame;
use std::rc::Rc;

/// A segment of more bytes than this ends early, by a handover: a relay that loses it gets it again as one message. Beyond the second it
/// ends at once.
const LARGE_SEGMENT: usize = 5 << 20;
const LARGEST_SEGMENT: usize = 7 << 20;

/// A keyframe that was asked for and is this late, ms, will not come: the browser gives none.
const KEYFRAME_LATE: f64 = 1_000.0;

/// A segment has less than 30 s of media; its recorder is stopped a little earlier, ms.
pub(super) const LONGEST: f64 = 28_000.0;

impl Recorder {
    /// The recorder cannot go on; what it gave before is delivered.
    pub(super) fn fail(&self, error: Error) {
        if !self.started.is_settled() {
            return self.end(State::Ended, Some(error));
        }
        self.events.error(&error);
        self.drain(State::Ended);
    }

    /// Something may be new: sends what the runs have given, in order, and hands over when it is time.
    pub(super) fn pump(&self) {
        while let Some(front) = self.front() {
            while let Some(frames) = self.take(&front) {
                self.cut(&front, frames);
            }
            self.write_sound(&front);
            let has_more = front.segment().is_none() && self.waits_for_clock();
            if !front.run.is_over() || has_more || self.waits_for_tail(&front) {
                break;
            }
            self.drop_front();
            self.run_ended(&front);
        }
        if self.ending.get().is_some() {
            return self.end_if_drained();
        }
        self.try_to_take_over();
        self.restart_in_time();
    }

    /// What is to be cut next. A segment begins when it can be numbered: that the relay's clock is asked anew
    /// takes a moment, unless the relay is away.
    fn take(&self, recording: &Recording) -> Option<Vec<Frame>> {
        if recording.segment().is_none() {
            if self.waits_for_clock() || self.waits_for_sound(recording) {
                return None;
            }
            let gathered = recording.gathered();
            if !gathered.is_empty() {
                return Some(gathered);
            }
        }
        recording.read()
    }

    /// Whether the relay is there and its clock is being asked.
    pub(super) fn waits_for_clock(&self) -> bool {
        self.link().is_some_and(|link| link.is_up() && !link.clock_is_settled())
    }

    pub(super) fn front(&self) -> Option<Rc<Recording>> {
        self.runs.borrow().first().cloned()
    }

    /// The first run is over, unless all are already.
    pub(super) fn drop_front(&self) {
        let mut runs = self.runs.borrow_mut();
        if !runs.is_empty() {
            runs.remove(0);
        }
    }

    /// Ends a segment that has lasted long enough. Not while the next run takes over.
    fn restart_in_time(&self) {
        let Some(current) = self.front().filter(|front| front.run.has_data()) else { return };
        if self.is_congested() {
            return;
        }
        if current.has_ended() || current.len() > LARGEST_SEGMENT {
            return self.hand_over();
        }
        if self.runs.borrow().len() > 1 {
            return;
        }
        // A picture that stands is no reason to begin anew; sound over it goes on, and is.
        let moves = self.source.has_sound() || !self.is_answer(&current.run);
        let may_try = now() - self.failed_at.get() > self.settings.restart_interval;
        let is_time = moves && self.is_old(&current)
            || current.len() > LARGE_SEGMENT
            || self.sound_has_changed(&current);
        if may_try && (is_time || self.wants_less(&current.run)) {
            self.begin_handover();
        }
    }

    fn is_old(&self, current: &Recording) -> bool {
        let (interval, timeslice) = (self.settings.restart_interval, self.settings.timeslice());
        // Another bitrate takes another recorder.
        if !current.run.rolls() || self.bitrate.borrow().is_limited() {
            return is_due(current.run.age(), interval, timeslice);
        }
        // By the pictures that came: a source that stood still could give no keyframe.
        let is_late = current.media() as f64 > interval + KEYFRAME_LATE;
        if is_late && self.settings.formats.without_keyframes() {
            self.events.warn("keyframe");
        }
        is_late
    }

    /// Where the frames of a run go on in the next segment without a restart: at a keyframe that was asked for.
    pub(super) fn rolls_at(&self, recording: &Recording, frames: &[Frame]) -> usize {
        let base = recording.segment().map(|(_, base)| base).filter(|_| recording.run.rolls());
        let begins = |frame: &Frame| {
            // The encoder may give one by itself.
            let is_due = |base: i64| (frame.time - base) as f64 > self.settings.restart_interval / 2.0;
            frame.is_key && frame.is_video && base.is_some_and(is_due)
        };
        frames.iter().position(begins).unwrap_or(frames.len())
    }

    /// What the run gives cannot be read any further: its segment ends here, and the next one begins.
    pub(super) fn break_off(&self, recording: &Recording, error: blobcast_container::Error) {
        let began = recording.segment().is_some();
        self.end_segment(recording, true);
        if !began {
            let failed = Error::new(Kind::Media, "what the browser recorded cannot be sent");
            return self.fail(failed.because(error.as_str()).advise("start again with another mimeType"));
        }
        if error != blobcast_container::Error::TooLong {
            let cut_short = Error::new(Kind::Media, "a segment was cut short, and the next one begins");
            self.events.error(&cut_short.because(error.as_str()));
        }
        if self.ending.get().is_none() {
            self.hand_over();
        }
    }

    /// A recorder that fails before it has given anything may not know its type: the next one is tried.
    fn run_failed(&self, run: &Run, error: Error) {
        if run.has_data() || self.ending.get().is_some() || !self.source.is_live() {
            return self.fail(error);
        }
        self.events.trace("refused", &error.message, 0.0, 0.0);
        match self.settings.formats.pass_over(&self.source.for_run(), run.asked_for(), &error) {
            Ok(()) if self.runs.borrow().is_empty() => self.hand_over(),
            Ok(()) => {}
            Err(error) => self.fail(error),
        }
    }

    fn run_ended(&self, recording: &Recording) {
        let failure = recording.run.failure();
        self.end_segment(recording, failure.is_some());
        let was_asked = self.ending.get().is_some() || !self.runs.borrow().is_empty();
        if let Some(error) = failure {
            self.run_failed(&recording.run, error);
        } else if !was_asked && self.source.is_live() && recording.run.has_data() {
            // A track was added or removed, which ends every recorder: the next segment has the new set.
            self.hand_over();
        } else if !was_asked {
            self.drain(State::Ended);
        }
    }
}

/// Whether a run of this age, ms, is handed over now rather than with the next data, which comes a timeslice
/// later: what is nearer to the interval, and before the segment gets too long for its one cluster.
fn is_due(age: f64, interval: f64, timeslice: f64) -> bool {
    age + timeslice / 2.0 >= interval || age + timeslice >= LONGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ages at which data comes and the last of them, at which the run is handed over.
    fn handed_over(interval: f64, timeslice: f64) -> f64 {
        let mut age = timeslice;
        while !is_due(age, interval, timeslice) {
            age += timeslice;
        }
        age
    }

    #[test]
    fn a_run_ends_near_its_interval() {
        assert_eq!(handed_over(4_000.0, 40.0), 4_000.0);
        assert_eq!(handed_over(4_000.0, 1_500.0), 4_500.0);
        assert_eq!(handed_over(500.0, 10_000.0), 10_000.0, "no data, no restart");
    }

    #[test]
    fn no_rhythm_makes_a_segment_of_thirty_seconds() {
        for timeslice in (10..=10_000).step_by(10) {
            for interval in (500..=20_000).step_by(500) {
                let age = handed_over(f64::from(interval), f64::from(timeslice));
                assert!(age < 28_000.0, "interval {interval}, timeslice {timeslice}: {age} ms");
            }
        }
    }
}
