//! The next run takes over from the current one.

use super::{Recorder, Recording, formats::Format, run::Run, source};
use crate::{
    dom::{now, with},
    error::{Error, Kind},
    timers::Timers,
};
use blobcast_container::Likeness;
use std::rc::Rc;
use web_sys::MediaStream;

/// Two runs that cannot be aligned for sure within this time, ms, are as well as can be.
const PATIENCE: f64 = 700.0;

/// A run that has not taken over after this time, ms, while the current one goes on, is given up.
pub(super) const GIVE_UP: f64 = 5_000.0;

impl Recorder {
    /// Starts the next run beside the current one, which goes on and is sent in full until the next one takes over.
    pub(super) fn begin_handover(&self) {
        if !self.source.is_live() {
            // The current run ends by itself, and with it the broadcast.
            return;
        }
        if let Err(error) = self.start_run(self.likeness()) {
            // The current one goes on, and another next one is tried later.
            self.failed_at.set(now());
            self.events.error(&error);
        }
        self.tell_congestion();
    }

    /// Starts the next run, unless it is there, and stops the current one in the same turn: the old tail is sent to its
    /// last chunk, then the new blob. For a current run that cannot go on.
    pub(super) fn hand_over(&self) {
        let (current, is_there) = (self.front(), self.runs.borrow().len() > 1);
        let is_last = current.is_some() && !self.source.is_live();
        if !is_there
            && !is_last
            && let Err(error) = self.start_run(self.likeness())
        {
            return self.fail(error);
        }
        if let Some(current) = current {
            current.run.stop();
        }
        self.tell_congestion();
    }

    /// Starts a run behind those that are there.
    pub(super) fn start_run(&self, likeness: Likeness) -> Result<(), Error> {
        if self.ending.get().is_some() {
            return Ok(());
        }
        if !self.source.is_live() {
            let message = "the stream's tracks have ended, so there is nothing to record; give it live ones";
            return Err(Error::new(Kind::InvalidState, message));
        }
        let stream = self.source.for_run();
        let rates = self.next_rates(&stream);
        let sound = self.sound_beside(&stream, &rates, likeness);
        let pictures = sound.as_ref().and_then(|_| source::only(&stream.get_video_tracks()));
        let stream = pictures.unwrap_or(stream);
        let start = |format: &Format| {
            self.events.trace("type", &format.mime, 0.0, 0.0);
            self.start_recorder(&stream, &rates.of(format))
        };
        let run = self.settings.formats.start(&stream, start)?;
        let after = self.front().map(|current| (run.started() - current.run.started(), likeness));
        self.runs.borrow_mut().push(Rc::new(Recording::new(run, sound, after)));
        Ok(())
    }

    pub(super) fn start_recorder(&self, stream: &MediaStream, format: &Format) -> Result<Rc<Run>, Error> {
        let notify = with(&self.me, |recorder: &Rc<Self>, ()| recorder.pump());
        Run::start(stream, format, notify)
            .inspect_err(|error| self.events.trace("refused", &error.message, 0.0, 0.0))
    }

    /// Switches to the next run, if that can be done now.
    pub(super) fn try_to_take_over(&self) {
        let pair = {
            let runs = self.runs.borrow();
            runs.first().cloned().zip(runs.get(1).cloned())
        };
        let Some((current, next)) = pair.filter(|_| !self.waits_for_clock()) else { return };
        while let Some(frames) = next.read() {
            next.gather(frames);
        }
        if next.failure().is_some() || next.run.is_over() || self.is_stuck(&current, &next) {
            // The current one goes on, and another next one is tried later.
            self.events.trace("late", "", 0.0, 0.0);
            self.runs.borrow_mut().truncate(1);
            self.failed_at.set(now());
            self.take_replacement_back();
            return;
        }
        let is_late = next.run.first_heard().is_some_and(|first| now() - first > PATIENCE);
        if self.waits_for_sound(&next) && !is_late {
            return;
        }
        let Some(splice) = next.take_over(&current, is_late) else { return };
        self.end_segment(&current, false);
        // Dropped, it stops; what it has not given yet, the next one has.
        self.drop_front();
        let (segment, into) = splice.after;
        let at = segment.saturating_add_signed(into * 1000);
        let started = self.relay_now() as i64 - (next.run.age() * 1000.0) as i64;
        let clock = started.saturating_add(splice.base * 1000).max(0) as u64;
        let number = self.numbering.borrow_mut().follow(at, clock);
        next.begin(number, splice.base);
        self.events.trace("begin", "handover", number as f64, 0.0);
        self.write(&next, &splice.frames);
        self.has_begun(&next);
    }

    /// Whether the next run gives nothing that could take over, although the current one goes on.
    fn is_stuck(&self, current: &Recording, next: &Recording) -> bool {
        let is_stuck = next.run.age() > GIVE_UP && !current.has_ended();
        if is_stuck && next.run.has_sound() && !current.run.has_sound() {
            self.source.leave_sound_out();
        }
        is_stuck
    }

    /// The first segment of a run has begun.
    pub(super) fn has_begun(&self, recording: &Recording) {
        self.segments.set(self.segments.get() + 1);
        if Timers::are_slow() {
            self.events.warn("worker");
        }
        if recording.has_sound() {
            self.source.sound_is_back();
        } else if recording.sound().is_some_and(|sound| sound.is_ready()) {
            // The two do not fit into one segment: from the next run on both are recorded in one.
            self.is_apart.set(false);
        }
        if self.runs.borrow().len() == 1 {
            self.settle_replacement(Ok(()));
        }
    }
}
