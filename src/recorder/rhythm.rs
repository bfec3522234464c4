//! When a segment ends and the next begins.

use super::{Recorder, Recording, cutter::Cutter, run::Run, settings};
use crate::{
    bytes::JsBytes,
    dom::weakly,
    error::{Error, Kind},
    events::State,
};
use std::{cell::RefCell, rc::Rc};

/// A segment that grows beyond this ends early: a relay that loses it gets it again as one message.
const LARGEST_SEGMENT: usize = 6 << 20;

/// A segment has less than 30 s of media; its recorder is stopped a little earlier, ms.
const LONGEST: f64 = 28_000.0;

impl Recorder {
    /// Starts the next run, and stops the current one in the same turn.
    pub(super) fn hand_over(&self) {
        let notify = weakly(&self.me, |recorder| recorder.pump());
        let run = self.format().and_then(|format| Run::start(&self.stream, &format, notify));
        let run = match run {
            Ok(run) => run,
            Err(error) => return self.fail(error),
        };
        let current = self.runs.borrow().back().cloned();
        self.runs.borrow_mut().push_back(Rc::new(Recording { run, cutter: RefCell::default() }));
        self.segments.set(self.segments.get() + 1);
        if let Some(current) = current {
            current.run.stop();
        }
        self.tell_congestion();
    }

    /// The recorder cannot go on; what it gave before is delivered.
    fn fail(&self, error: Error) {
        if !self.started.is_settled() {
            return self.end(State::Ended, Some(error));
        }
        self.events.error(&error);
        self.drain(State::Ended);
    }

    /// Something may be new: sends what the runs have given, in order, and hands over when it is time.
    pub(super) fn pump(&self) {
        while let Some(front) = self.front() {
            while let Some(data) = self.take(&front) {
                self.cut(&front, &data);
            }
            if !front.run.is_over() {
                break;
            }
            self.runs.borrow_mut().pop_front();
            self.run_ended(&front);
        }
        if self.ending.get().is_some() {
            self.end_if_drained();
        } else if self.is_time() {
            self.hand_over();
        }
    }

    /// What is to be cut next. A segment begins when it can be numbered: that the relay's clock is asked anew
    /// takes a moment, unless the relay is away.
    fn take(&self, recording: &Recording) -> Option<JsBytes> {
        let is_asking = self.link().is_some_and(|link| link.is_up() && !link.clock_is_settled());
        let waits = is_asking && !recording.cutter.borrow().has_begun();
        if waits { None } else { recording.run.take() }
    }

    fn front(&self) -> Option<Rc<Recording>> {
        self.runs.borrow().front().cloned()
    }

    /// Whether the current run has lasted long enough. Not while it takes over: the old one's tail comes first.
    fn is_time(&self) -> bool {
        let runs = self.runs.borrow();
        let Some(current) = runs.front().filter(|_| runs.len() == 1) else { return false };
        let is_old = is_due(current.run.age(), self.settings.restart_interval, self.settings.timeslice());
        // A picture that stands is no reason to begin anew; sound over it goes on, and is.
        let moves = self.stream.get_audio_tracks().length() > 0 || !self.is_answer(&current.run);
        let is_over = is_old && moves || self.wants_less(&current.run) || is_done(&current.cutter.borrow());
        current.run.has_data() && !self.is_congested() && is_over
    }

    /// What the run gives cannot be read any further: its segment ends here, and the next one begins.
    pub(super) fn break_off(&self, recording: &Recording, error: blobcast_container::Error) {
        let began = recording.cutter.borrow().has_begun();
        self.end_segment(recording, true);
        if !began {
            return self
                .fail(Error::new(Kind::Media, format!("what the browser recorded cannot be sent: {error}")));
        }
        if error != blobcast_container::Error::TooLong {
            self.events.error(&Error::new(Kind::Media, format!("a segment was cut short: {error}")));
        }
        if self.ending.get().is_none() && self.runs.borrow().len() == 1 {
            self.hand_over();
        }
    }

    fn run_ended(&self, recording: &Recording) {
        let failure = recording.run.failure();
        self.end_segment(recording, failure.is_some());
        let was_asked = self.ending.get().is_some() || !self.runs.borrow().is_empty();
        if let Some(error) = failure {
            self.fail(error);
        } else if !was_asked && settings::has_live_track(&self.stream) && recording.run.has_data() {
            // A track was added or removed, which ends every recorder: the next segment has the new set.
            self.hand_over();
        } else if !was_asked {
            self.drain(State::Ended);
        }
    }
}

/// Whether a segment was given up, or is as large as one may be.
fn is_done(cutter: &Cutter) -> bool {
    cutter.has_ended() || cutter.len() > LARGEST_SEGMENT
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
