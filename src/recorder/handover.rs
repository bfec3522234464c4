//! The next run takes over from the current one.

use super::{
    Recorder, Recording, formats,
    rhythm::LONGEST,
    run::{Format, Run},
    settings,
};
use crate::{
    deferred::Deferred,
    dom::{now, weakly},
    error::{Error, Kind},
};
use blobcast_container::Likeness;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// Two runs that cannot be aligned for sure within this time, ms, are as well as can be.
const PATIENCE: f64 = 700.0;

/// A run that has given nothing for this long, ms, while the current one goes on, is given up.
const GIVE_UP: f64 = 5_000.0;

impl Recorder {
    /// Starts the next run beside the current one, which goes on and is sent in full until the next one takes over.
    pub(super) fn begin_handover(&self) {
        self.start_run(Likeness::Same);
        self.tell_congestion();
    }

    /// Records another stream from now on: simply the next segment, which begins when the new stream has given
    /// something. Done when it is sent.
    pub fn replace_stream(
        &self,
        stream: &JsValue,
    ) -> Result<impl Future<Output = Result<JsValue, JsValue>> + use<>, Error> {
        let stream = settings::stream(stream)?;
        formats::supported(&stream, self.settings.formats.wanted.as_deref())?;
        if self.is_over() || self.ending.get().is_some() {
            return Err(Error::new(
                Kind::InvalidState,
                "the recording has ended; call startRecording with the new stream",
            ));
        }
        self.settle_replacement(Err("another stream took the place of this one"));
        self.source.replace(stream);
        let replaced = Deferred::default();
        let done = replaced.wait();
        if self.runs.borrow().is_empty() {
            replaced.resolve();
        } else {
            self.replaced.replace(Some(replaced));
            self.runs.borrow_mut().truncate(1);
            self.start_run(Likeness::Other);
        }
        Ok(done)
    }

    /// The page need not wait any longer for its new stream to be sent.
    pub(super) fn settle_replacement(&self, done: Result<(), &str>) {
        match (self.replaced.take(), done) {
            (Some(replaced), Ok(())) => replaced.resolve(),
            (Some(replaced), Err(why)) => replaced.reject(&Error::new(Kind::Abort, why).to_js()),
            (None, _) => {}
        }
    }

    /// Starts the next run, unless it is there, and stops the current one in the same turn: the old tail is sent to its
    /// last chunk, then the new blob. For a current run that cannot go on.
    pub(super) fn hand_over(&self) {
        let is_there = self.runs.borrow().len() > 1;
        if !is_there && !self.start_run(Likeness::Same) {
            return;
        }
        let current = self.front().filter(|_| self.runs.borrow().len() > 1);
        if let Some(current) = current {
            current.run.stop();
        }
        self.tell_congestion();
    }

    fn start_run(&self, likeness: Likeness) -> bool {
        let notify = || weakly(&self.me, |recorder| recorder.pump());
        let stream = self.source.for_run();
        let rates = self.next_rates(&stream);
        let start = |format: &Format| Run::start(&stream, &rates.of(format), notify());
        let run = match self.settings.formats.start(&stream, start) {
            Ok(run) => run,
            Err(error) => {
                self.fail(error);
                return false;
            }
        };
        let guess = self.front().map(|current| (run.started() - current.run.started(), likeness));
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
        if next.failure().is_some() || next.run.is_over() || self.is_stuck(&current, &next) {
            // The current one goes on, and another next one is tried later.
            self.runs.borrow_mut().truncate(1);
            self.failed_at.set(now());
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
        self.write(&next, &splice.frames);
        self.has_begun(&next);
    }

    /// Whether the next run gives nothing although the current one does.
    fn is_stuck(&self, current: &Recording, next: &Recording) -> bool {
        let is_stuck = !next.run.has_data() && next.run.age() > GIVE_UP && current.run.age() < LONGEST;
        let waits_for_sound = is_stuck && next.run.has_sound() && !current.run.has_sound();
        if waits_for_sound {
            self.source.leave_sound_out();
        }
        // The page's new stream is waited for.
        is_stuck && self.replaced.borrow().is_none()
    }

    /// The first segment of a run has begun.
    pub(super) fn has_begun(&self, recording: &Recording) {
        self.segments.set(self.segments.get() + 1);
        if recording.run.has_sound() {
            self.source.sound_is_back();
        }
        if self.runs.borrow().len() == 1 {
            self.settle_replacement(Ok(()));
        }
    }
}
