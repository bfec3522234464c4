//! The next run takes over from the current one.

use super::{Recorder, Recording, run::Run};
use crate::dom::{now, weakly};
use std::rc::Rc;

/// Two runs that cannot be aligned for sure within this time, ms, are as well as can be.
const PATIENCE: f64 = 450.0;

/// A run that has given nothing for this long, ms, while the current one goes on, is given up.
const GIVE_UP: f64 = 5_000.0;

impl Recorder {
    /// Starts the next run beside the current one, which goes on and is sent in full until the next one takes over.
    pub(super) fn begin_handover(&self) {
        self.start_run();
    }

    /// Starts the next run, unless it is there, and stops the current one in the same turn: the old tail is sent to its
    /// last chunk, then the new blob. For a current run that cannot go on.
    pub(super) fn hand_over(&self) {
        let is_there = self.runs.borrow().len() > 1;
        if !is_there && !self.start_run() {
            return;
        }
        let current = self.front().filter(|_| self.runs.borrow().len() > 1);
        if let Some(current) = current {
            current.run.stop();
        }
    }

    fn start_run(&self) -> bool {
        let notify = weakly(&self.me, |recorder| recorder.pump());
        let run =
            self.settings.format(&self.stream).and_then(|format| Run::start(&self.stream, &format, notify));
        let run = match run {
            Ok(run) => run,
            Err(error) => {
                self.fail(error);
                return false;
            }
        };
        let guess = self.front().map(|current| run.started() - current.run.started());
        self.runs.borrow_mut().push_back(Rc::new(Recording::new(run, guess)));
        true
    }

    /// Switches to the next run, if that can be done now.
    pub(super) fn try_to_take_over(&self) {
        let pair = {
            let runs = self.runs.borrow();
            runs.front().cloned().zip(runs.get(1).cloned())
        };
        let Some((current, next)) = pair else { return };
        while let Some(frames) = next.read() {
            next.gather(frames);
        }
        let is_stuck =
            !next.run.has_data() && next.run.age() > GIVE_UP && current.run.age() < super::rhythm::LONGEST;
        if is_stuck || next.failure().is_some() || next.run.is_over() {
            // The current one goes on, and another next one is tried.
            self.runs.borrow_mut().truncate(1);
            return;
        }
        let is_late = next.run.first_heard().is_some_and(|first| now() - first > PATIENCE);
        let Some(splice) = next.take_over(&current, is_late) else { return };
        self.end_segment(&current, false);
        // Dropped, it stops; what it has not given yet, the next one has.
        self.runs.borrow_mut().pop_front();
        let (segment, into) = splice.after;
        let at = segment.saturating_add_signed(into * 1000);
        let started = self.relay_now() as i64 - (next.run.age() * 1000.0) as i64;
        let clock = started.saturating_add(splice.base * 1000).max(0) as u64;
        let number = self.numbering.borrow_mut().follow(at, clock);
        next.begin(number, splice.base);
        self.segments.set(self.segments.get() + 1);
        self.write(&next, &splice.frames);
    }
}
