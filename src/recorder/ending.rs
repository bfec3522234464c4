//! The end of a broadcast: all that was recorded is delivered first, or everything goes at once.

use super::Recorder;
use crate::{
    dom::with,
    error::{Error, Kind},
    events::State,
    timers::Timers,
};
use js_sys::Promise;

/// How long `stop()` waits for the recorder's tail and for the relay to have it all, ms.
const DRAIN: u32 = 2_000;

impl Recorder {
    /// Ends the recording with everything that was recorded delivered, one that has not started yet at once. A second
    /// call waits for the first.
    pub fn stop(&self) -> Promise {
        if self.started.is_settled() {
            self.drain(State::Stopped);
        } else {
            self.end(State::Stopped, None);
        }
        self.stopped.promise()
    }

    /// Stops the runs and waits until the relay has all of it, but not for ever.
    pub(super) fn drain(&self, state: State) {
        if self.is_over() || self.ending.replace(Some(state)).is_some() {
            return;
        }
        let end = with(&self.me, |recorder, ()| {
            recorder.end(recorder.ending.get().unwrap_or(State::Stopped), None);
        });
        self.draining.set(Some(Timers::steady().after(DRAIN, end)));
        let goes_on = self.front().is_some_and(|current| current.run.is_recording() && !current.has_ended());
        if goes_on && self.replacement.borrow().is_none() {
            // All that a next one has, the current one has too.
            self.runs.borrow_mut().truncate(1);
        }
        let runs = self.runs.borrow().clone();
        for recording in runs {
            recording.stop();
        }
        self.end_if_drained();
    }

    pub(super) fn end_if_drained(&self) {
        let Some(state) = self.ending.get() else { return };
        if self.runs.borrow().is_empty() && self.outbox.borrow().is_delivered() {
            self.end(state, None);
        }
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.events.state(), State::Ended | State::Stopped)
    }

    /// The end of everything.
    pub(super) fn end(&self, state: State, error: Option<Error>) {
        if self.is_over() {
            return;
        }
        self.ending.set(Some(state));
        self.connecting.take();
        self.draining.take();
        self.telling.take();
        self.looking.take();
        self.wake_lock.take();
        self.still.let_go();
        let runs = self.runs.take();
        drop(runs);
        if let Some(link) = self.link.take() {
            link.finish();
        }
        self.events.set_state(state);
        if let Some(error) = error {
            if self.started.is_settled() {
                self.events.error(&error);
            }
            self.started.reject(&error.to_js());
        }
        self.started.reject(&Error::new(Kind::Abort, "the recording was stopped before it began").to_js());
        let too_late = Error::new(
            Kind::Abort,
            "the recording ended before the new stream was sent; call startRecording with it",
        );
        self.settle_replacement(Err(too_late));
        self.stopped.resolve();
        self.outbox.borrow_mut().clear();
        self.events.close();
    }
}
