//! One MediaRecorder from `start()` to its `stop` event.

use super::{formats::Format, slices::Slices};
use crate::{
    bytes::JsBytes,
    callback::Act,
    cell::RefCell,
    dom::{Listener, now, with},
    error::{self, Error, Kind},
    events::object,
    promise::settled,
    property,
};
use js_sys::ArrayBuffer;
use std::{
    cell::Cell,
    rc::{Rc, Weak},
};
use wasm_bindgen::prelude::*;
use web_sys::{BlobEvent, Event, MediaRecorder, MediaStream, RecordingState};

/// A recorder that runs, or has stopped and still has data to give. Dropping it stops it and loses the rest.
#[must_use = "dropping a run stops its recorder"]
pub struct Run {
    // Listeners first: they go before the recorder is stopped.
    _listeners: [Listener; 3],
    me: Weak<Self>,
    recorder: MediaRecorder,
    asked_for: String,
    rolls: bool,
    started: f64,
    data: RefCell<Slices<JsBytes>>,
    /// When the first data came.
    first_heard: Cell<Option<f64>>,
    /// When the last data came, or the recorder was started.
    heard: Cell<f64>,
    /// The next data is the rest of a slice.
    flushed: Cell<bool>,
    stopped: Cell<bool>,
    failure: RefCell<Option<Error>>,
    /// Told whenever there may be something new.
    notify: Box<dyn Act>,
}

impl Run {
    /// Starts to record.
    ///
    /// # Errors
    /// The browser refuses the format or the stream.
    pub fn start(
        stream: &MediaStream,
        format: &Format,
        notify: impl Act + 'static,
    ) -> Result<Rc<Self>, Error> {
        // What is `undefined` counts as left out.
        let options = object(&[
            ("mimeType", (&format.mime).into()),
            ("videoBitsPerSecond", format.video_bits_per_second.into()),
            ("audioBitsPerSecond", format.audio_bits_per_second.into()),
            ("videoKeyFrameIntervalDuration", format.keyframe_interval.into()),
        ])
        .unchecked_into();
        let failed =
            |thrown| Error::thrown(Kind::NotSupported, "the browser's recorder does not start", &thrown);
        let recorder = MediaRecorder::new_with_media_stream_and_media_recorder_options(stream, &options)
            .map_err(failed)?;
        let run = Rc::new_cyclic(|me: &Weak<Self>| Self {
            _listeners: [
                Listener::new(
                    &recorder,
                    "dataavailable",
                    with(me, |run, event: BlobEvent| run.on_data(&event)),
                ),
                Listener::new(&recorder, "stop", with(me, |run, _: Event| run.on_stop())),
                Listener::new(&recorder, "error", with(me, |run, event: Event| run.on_error(&event))),
            ],
            me: me.clone(),
            recorder,
            asked_for: format.mime.clone(),
            rolls: format.keyframe_interval.is_some(),
            started: now(),
            data: RefCell::default(),
            first_heard: Cell::default(),
            heard: Cell::new(now()),
            flushed: Cell::new(false),
            stopped: Cell::new(false),
            failure: RefCell::default(),
            notify: Box::new(notify),
        });
        run.recorder.start_with_time_slice(format.timeslice).map_err(failed)?;
        Ok(run)
    }

    /// Stops the recorder; the rest of its data comes before [`is_over`](Self::is_over).
    pub fn stop(&self) {
        if self.recorder.state() != RecordingState::Inactive {
            let _ = self.recorder.stop();
        }
    }

    /// Asks for what it has recorded and not yet given.
    pub fn ask(&self) {
        if self.recorder.state() == RecordingState::Recording {
            let _ = self.recorder.request_data();
        }
    }

    /// When it gave something last, or was started, by the page's monotonic clock, ms.
    pub fn heard(&self) -> f64 {
        self.heard.get()
    }

    /// When it gave something first, by the same clock.
    pub fn first_heard(&self) -> Option<f64> {
        self.first_heard.get()
    }

    /// When it was started, by the same clock.
    pub fn started(&self) -> f64 {
        self.started
    }

    /// How long it has given nothing, ms.
    pub fn silence(&self) -> f64 {
        now() - self.heard()
    }

    /// The next data, in order, once its bytes are there.
    pub fn take(&self) -> Option<JsBytes> {
        self.data.borrow_mut().take()
    }

    /// Whether it has stopped and all data was taken.
    pub fn is_over(&self) -> bool {
        self.stopped.get() && self.data.borrow().is_empty()
    }

    /// Why it stopped, if something failed.
    pub fn failure(&self) -> Option<Error> {
        self.failure.borrow().clone()
    }

    /// Whether it has given data: the only sign that it really records.
    pub fn has_data(&self) -> bool {
        self.data.borrow().has_given()
    }

    /// How long ago it was started, ms.
    pub fn age(&self) -> f64 {
        now() - self.started
    }

    /// Whether it was not stopped.
    pub fn is_recording(&self) -> bool {
        self.recorder.state() == RecordingState::Recording
    }

    /// What it records.
    pub fn stream(&self) -> MediaStream {
        self.recorder.stream()
    }

    /// Whether it records sound.
    pub fn has_sound(&self) -> bool {
        self.stream().get_audio_tracks().length() > 0
    }

    /// Whether it was asked for keyframes.
    pub fn rolls(&self) -> bool {
        self.rolls
    }

    /// The type that it was started with.
    pub fn asked_for(&self) -> &str {
        &self.asked_for
    }

    /// The actual type, which a browser may refine after the start.
    pub fn mime(&self) -> String {
        self.recorder.mime_type()
    }

    fn on_data(&self, event: &BlobEvent) {
        self.flush();
        let Some(blob) = event.data().filter(|blob| blob.size() > 0.0) else { return };
        self.heard.set(now());
        self.first_heard.set(self.first_heard.get().or(Some(now())));
        let place = self.data.borrow_mut().place();
        let me = self.me.clone();
        settled(&blob.array_buffer(), move |read| {
            let Some(run) = me.upgrade() else { return };
            match read {
                Ok(buffer) => {
                    run.data.borrow_mut().fill(place, JsBytes::of(buffer.unchecked_ref::<ArrayBuffer>()))
                }
                // The browser has run out of room; the segment has a hole then and must end.
                Err(thrown) => {
                    let error = Error::thrown(Kind::Media, "recorded data could not be read", &thrown);
                    run.fail(error.advise("start again"));
                }
            }
            run.notify.act();
        });
    }

    /// Chromium ends a slice with the first block of those that it writes in one go; the others, the packet of sound among
    /// them, would wait for the next slice, some 60 ms. So what is left is asked for.
    fn flush(&self) {
        let is_answer = self.flushed.replace(false);
        if !is_answer && self.recorder.state() == RecordingState::Recording {
            self.flushed.set(self.recorder.request_data().is_ok());
        }
    }

    fn fail(&self, error: Error) {
        self.failure.borrow_mut().get_or_insert(error);
        self.data.borrow_mut().clear();
        self.stop();
        self.stopped.set(true);
    }

    fn on_stop(&self) {
        self.stopped.set(true);
        self.notify.act();
    }

    fn on_error(&self, event: &Event) {
        let thrown = property::get(event, "error");
        if error::is_called(&thrown, "InvalidModificationError") {
            // A track was added or removed: no failure, but the end of this run.
            return;
        }
        let error =
            Error::thrown(Kind::Media, "the browser's recorder failed", &thrown).advise("start again");
        // The recorder fires `stop` after this.
        self.failure.borrow_mut().get_or_insert(error);
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::testing::{MovingPicture, PageErrors, let_things_happen, next};
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    async fn a_dropped_run_stops_its_recorder_and_tells_nothing_more() {
        let errors = PageErrors::watch();
        let picture = MovingPicture::new();
        let format = Format {
            mime: "video/webm;codecs=vp8".into(),
            timeslice: 40,
            keyframe_interval: None,
            video_bits_per_second: None,
            audio_bits_per_second: None,
        };
        let told = Rc::new(Cell::new(0));
        let count = told.clone();
        let run = Run::start(&picture.stream, &format, move || count.set(count.get() + 1)).expect("a run");
        while run.take().is_none() {
            next(&run.recorder, "dataavailable").await;
            let_things_happen().await;
        }
        let (recorder, before) = (run.recorder.clone(), told.get());
        assert!(before > 0);
        drop(run);
        assert_eq!(Rc::strong_count(&told), 1, "what it held is gone");
        assert_eq!(recorder.state(), RecordingState::Inactive);
        let_things_happen().await;
        assert_eq!(told.get(), before);
        assert!(errors.seen().await.is_empty());
    }
}
