//! When a segment ends and the next begins.

use super::{Recorder, Recording, cutter::Cutter, run::Run, settings};
use crate::{error::Error, events::State};
use std::{cell::RefCell, rc::Rc};

impl Recorder {
    /// Starts the next run, and stops the current one in the same turn.
    pub(super) fn hand_over(&self) {
        let me = self.me.clone();
        let notify = move || {
            if let Some(recorder) = me.upgrade() {
                recorder.pump();
            }
        };
        let run = match Run::start(&self.stream, &self.settings.format, notify) {
            Ok(run) => run,
            Err(error) => return self.fail(error),
        };
        let segment = self.relay_now().max(self.last.get() + 1);
        self.last.set(segment);
        let current = self.runs.borrow().back().cloned();
        let cutter = RefCell::new(Cutter::new(segment));
        self.runs.borrow_mut().push_back(Rc::new(Recording { run, cutter }));
        self.segments.set(self.segments.get() + 1);
        if let Some(current) = current {
            current.run.stop();
        }
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
            while let Some(data) = front.run.take() {
                self.cut(&front, data);
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

    fn front(&self) -> Option<Rc<Recording>> {
        self.runs.borrow().front().cloned()
    }

    /// Whether the current run has lasted long enough. Not while it takes over: the old one's tail comes first.
    fn is_time(&self) -> bool {
        let runs = self.runs.borrow();
        let Some(current) = runs.front().filter(|_| runs.len() == 1) else { return false };
        current.run.has_data() && current.run.age() >= self.settings.restart_interval
    }

    fn run_ended(&self, recording: &Recording) {
        let failure = recording.run.failure();
        let end = recording.cutter.borrow_mut().end(self.relay_now(), failure.is_some());
        if let Some(end) = end {
            self.send(end);
        }
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
