//! What to do about a source that stands still: a canvas that nobody draws on, a slide that is shared.
//!
//! Chromium's recorder gives what it has only when the next frame comes, and with sound in the stream it gives
//! nothing at all until then. And a viewer's MediaSource shows a picture only when the next one says how long it
//! lasts. So a recorder that has been silent for a moment is asked for what it has, and the source for one more
//! frame, the same picture again: Chromium makes one for every new consumer of a track. Without sound that is
//! done a few times, since Chromium plays only with some pictures in hand, and then the segment stays open in
//! silence; with sound it goes on, for the sound to flow.
//! Firefox's recorder gives something only every few seconds then, whatever one does.
//! Measured in Chromium 156 and Firefox 153.

use super::{Recorder, Recording, run::Run};
use crate::{
    dom::{create, now},
    events::State,
};
use std::cell::Cell;
use web_sys::{HtmlVideoElement, MediaStream};

/// How often it is looked whether a recorder is silent, ms: so long may sound be late while the picture stands.
pub const LOOK_EVERY: u32 = 100;

/// A recorder that has given nothing for this many of its timeslices is silent, and for this long, ms.
const SILENT_SLICES: f64 = 2.5;
const SILENT: f64 = 100.0;

/// One that has given nothing at all may only be slow to start.
const SLOW_START: f64 = 400.0;

/// A source that had to be asked for a frame within this time, ms, stands still.
const STILL: f64 = 1_000.0;

/// A source that was asked for a frame gives it within this time, ms. What comes later has moved.
const ANSWER: f64 = 400.0;

/// So many frames are asked for when a picture has come to stand: Chromium's renderer plays with four.
const ANSWERS: u32 = 6;

/// A recorder whose picture was asked for again and again waits for a sound that does not come, ms. Chromium writes nothing
/// while a live track gives nothing: one of a suspended AudioContext, for example. Firefox, which may give nothing for some
/// seconds while a picture stands, does the same.
const MUTE: f64 = 4_000.0;

/// A page that has not looked for this long, ms, was frozen or asleep, and the recorder need not have been silent.
const FROZEN: f64 = 2_000.0;

/// A page that has waited this long, ms, for the first data hears that there is none.
const PATIENCE: f64 = 2_000.0;

/// What was done about a source that stands still. Times are the page's monotonic clock's, ms.
pub struct Still {
    /// Asks it for a frame.
    consumer: Cell<Option<Consumer>>,
    /// When it was asked last.
    asked: Cell<f64>,
    /// How many times since it moved last.
    answers: Cell<u32>,
    /// When it was looked last.
    looked: Cell<f64>,
    /// Since when the page has run without a sleep.
    awake: Cell<f64>,
}

impl Default for Still {
    fn default() -> Self {
        let never = || Cell::new(f64::NEG_INFINITY);
        Self {
            consumer: Cell::default(),
            asked: never(),
            answers: Cell::new(0),
            looked: never(),
            awake: never(),
        }
    }
}

impl Still {
    /// Nothing more is asked of the source.
    pub fn let_go(&self) {
        self.consumer.take();
    }
}

impl Recorder {
    /// Wakes a recorder that is silent.
    pub(super) fn look_after_still_source(&self) {
        // The last one has had its frame by now.
        self.still.let_go();
        if now() - self.still.looked.replace(now()) > FROZEN {
            self.still.awake.set(now());
        }
        self.look_after_sound();
        let current = self.front();
        let Some(current) = current.filter(|current| self.is_silent(&current.run)) else { return };
        current.run.ask();
        let has_sound = self.source.has_sound();
        if has_sound || self.is_unsettled(&current) {
            self.still.consumer.replace(Consumer::of(&self.source.stream()));
            self.still.asked.set(now());
            self.still.answers.set(self.still.answers.get() + 1);
        }
        self.say_if_waiting(&current.run);
        if self.gives_nothing(&current.run) && current.run.has_sound() && self.source.leave_sound_out() {
            self.say_soundless();
            self.hand_over();
        }
    }

    /// Whether a run has given nothing for so long that sound which gives nothing must be the reason.
    pub(super) fn gives_nothing(&self, run: &Run) -> bool {
        now() - run.heard().max(self.still.awake.get()) >= MUTE
    }

    /// Whether there are still too few pictures behind the current one.
    fn is_unsettled(&self, current: &Recording) -> bool {
        if !self.is_answer(&current.run) || current.pictures() < 2 {
            self.still.answers.set(0);
        }
        self.still.answers.get() < ANSWERS
    }

    /// Whether what the run gave last is only what it was asked for.
    pub(super) fn is_answer(&self, run: &Run) -> bool {
        run.heard() <= self.still.asked.get() + ANSWER
    }

    fn is_silent(&self, run: &Run) -> bool {
        let silent = SILENT.max(self.settings.timeslice() * SILENT_SLICES);
        let stands_still = now() - self.still.asked.get() < STILL;
        let patience = if run.has_data() || stands_still { silent } else { silent.max(SLOW_START) };
        run.silence() >= patience
    }

    /// Nothing was recorded so far: says so, and goes on waiting for as long as a track is live.
    fn say_if_waiting(&self, run: &Run) {
        if !self.started.is_settled() && !run.has_data() && run.age() >= PATIENCE {
            self.events.set_state(State::Waiting);
            self.started.resolve();
        }
    }
}

/// One more consumer of a stream. Dropping it lets go of the stream.
pub struct Consumer(HtmlVideoElement);

impl Consumer {
    fn of(stream: &MediaStream) -> Option<Self> {
        let video = create::<HtmlVideoElement>("video")?;
        video.set_muted(true);
        video.set_src_object(Some(stream));
        Some(Self(video))
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.0.set_src_object(None);
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::testing::MovingPicture;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn a_dropped_consumer_lets_go_of_the_stream() {
        let picture = MovingPicture::new();
        let consumer = Consumer::of(&picture.stream).expect("a consumer");
        let video = consumer.0.clone();
        assert!(video.src_object().is_some());
        drop(consumer);
        assert!(video.src_object().is_none());
    }
}
