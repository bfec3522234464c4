//! Mode `mse`: one SourceBuffer, and in it all segments as one continuous stream.
//!
//! ```text
//! Piece ─► Remux ─► Queue ─► SourceBuffer ─► <video>
//!                                │ buffered      ▲ playbackRate, currentTime
//!                                └──► LiveEdge ──┘
//! ```

mod buffer;
mod live_edge;
mod pitch;
mod queue;
mod timeline;

use super::{
    playback::Playback,
    quirks,
    screen::{OnFailure, Screen},
};
use crate::{
    bytes::JsBytes,
    cell::RefCell,
    dom::{Listener, ObjectUrl, now, with},
    error::{Error, Kind},
    lean,
};
use blobcast_container::{Part, Remux};
use blobcast_wire::{Piece, Segment};
use live_edge::{LiveEdge, Sample, Step};
use pitch::LoosePitch;
use queue::{Operation, Queue};
use std::{
    cell::Cell,
    rc::{Rc, Weak},
};
use timeline::Timeline;
use wasm_bindgen::JsValue;
use web_sys::{Event, MediaSource, SourceBuffer, SourceBufferAppendMode};

/// A picture that lasts longer, ms, is a slide.
const SLIDE: i64 = 100;

/// Plays through a MediaSource.
pub struct Mse {
    me: Weak<Self>,
    // Listeners first: nothing is heard while the rest goes.
    on_open: Cell<Option<Listener>>,
    on_buffer: Cell<Option<[Listener; 4]>>,
    playback: Rc<Playback>,
    mime: String,
    source: MediaSource,
    /// Needed until the source is open; kept until the next source shows its picture.
    _url: ObjectUrl,
    buffer: RefCell<Option<SourceBuffer>>,
    queue: RefCell<Queue<JsBytes>>,
    timeline: RefCell<Timeline>,
    /// What is on its way to the queue: the newest picture waits here until the next one says how long it lasts.
    remux: RefCell<Remux>,
    /// The newest segment has ended, and no other has begun.
    ended: Cell<bool>,
    /// A piece has come since the last tick.
    fed: Cell<bool>,
    edge: RefCell<LiveEdge>,
    /// The buffer was full at the last append too.
    full: Cell<bool>,
    _pitch: LoosePitch,
    fail: OnFailure,
}

impl Mse {
    /// Makes the MediaSource the element's source. `target` is what to keep ahead, in seconds, if not as little as does.
    pub fn open(
        playback: Rc<Playback>,
        mime: &str,
        target: Option<f64>,
        fail: OnFailure,
    ) -> Result<Rc<Self>, Error> {
        let failed = |thrown| {
            let error = Error::thrown(Kind::NotSupported, "this browser's MediaSource failed", &thrown);
            error.advise(r#"use mode "glue""#)
        };
        let source = MediaSource::new().map_err(failed)?;
        let url = ObjectUrl::for_source(&source).map_err(failed)?;
        playback.set_source(url.as_str());
        let has_sound = has_sound(mime);
        let as_little_as_does = || live_edge::target(has_sound, quirks::refuses_after_running_dry());
        let edge = LiveEdge::new(target.unwrap_or_else(as_little_as_does), has_sound);
        let pitch = LoosePitch::of(&playback.video);
        Ok(Rc::new_cyclic(|me: &Weak<Self>| Self {
            me: me.clone(),
            on_open: Cell::new(Some(Listener::new(
                &source,
                "sourceopen",
                with(me, |mse, _: Event| mse.on_open()),
            ))),
            on_buffer: Cell::default(),
            playback,
            mime: mime.to_owned(),
            source,
            _url: url,
            buffer: RefCell::default(),
            queue: RefCell::default(),
            timeline: RefCell::default(),
            remux: RefCell::default(),
            ended: Cell::new(false),
            fed: Cell::new(false),
            edge: RefCell::new(edge),
            full: Cell::new(false),
            _pitch: pitch,
            fail,
        }))
    }

    fn on_open(&self) {
        // Once: an element that seeks after `ended` opens its source again.
        let heard = self.on_open.take();
        drop(heard);
        self.source.set_duration(f64::INFINITY);
        let buffer = match self.source.add_source_buffer(&self.mime) {
            Ok(buffer) => buffer,
            Err(thrown) => {
                return self.failed(&format!("this browser's MediaSource refuses {}", self.mime), &thrown);
            }
        };
        buffer.set_mode(SourceBufferAppendMode::Segments);
        self.on_buffer.set(Some([
            Listener::new(&buffer, "updateend", with(&self.me, |mse, _: Event| mse.on_update_end())),
            Listener::new(&buffer, "error", with(&self.me, |mse, _: Event| mse.on_error())),
            // What the decoder finds, no SourceBuffer tells.
            Listener::new(&self.playback.video, "error", with(&self.me, |mse, _: Event| mse.on_error())),
            Listener::new(&self.playback.video, "waiting", with(&self.me, |mse, _: Event| mse.on_waiting())),
        ]));
        *self.buffer.borrow_mut() = Some(buffer);
        self.on_update_end();
    }

    fn on_update_end(&self) {
        self.queue.borrow_mut().done();
        self.work();
        self.steer();
    }

    fn on_waiting(&self) {
        self.edge.borrow_mut().starved(now() / 1000.0);
    }

    fn on_error(&self) {
        let why = self.playback.video.error().map(|error| error.message()).unwrap_or_default();
        (self.fail)(Error::new(Kind::Media, "the browser could not decode the broadcast").because(&why));
    }

    fn failed(&self, tried: &str, thrown: &JsValue) {
        (self.fail)(Error::thrown(Kind::Media, tried, thrown));
    }

    fn push(&self, operation: Operation<JsBytes>) {
        self.queue.borrow_mut().push(operation);
        self.work();
    }

    fn append_what_is_due(&self) {
        let due = self.remux.borrow_mut().take();
        for part in due {
            let bytes = match &part {
                Part::Init(bytes) => {
                    self.push(Operation::Reset);
                    bytes
                }
                Part::Media(bytes) => bytes,
            };
            self.push(Operation::Append(JsBytes::from(bytes.as_slice())));
        }
    }

    /// Nothing comes: what is held for the next picture is played at last, if the segment is over or there is nothing
    /// before it. Only then: what follows would be a gap to the browser, which drops the pictures up to the next segment.
    fn flush_if_quiet(&self) {
        let has_started = self.edge.borrow().has_started();
        if has_started && !self.ended.get() {
            return;
        }
        let flushed = self.remux.borrow_mut().flush();
        self.check(flushed);
        self.append_what_is_due();
        if !has_started {
            self.edge.borrow_mut().start_at_once();
        }
    }

    fn check(&self, read: Result<(), blobcast_container::Error>) {
        if let Err(error) = read {
            (self.fail)(Error::new(Kind::Media, format!("the broadcast cannot be played: {error}")));
        }
    }

    fn begin(&self, segment: Segment) {
        let (mut remux, mut timeline) = (self.remux.borrow_mut(), self.timeline.borrow_mut());
        // Browsers open no source in a tab that was never in front: only the newest segment waits for it.
        if self.buffer.borrow().is_none() {
            self.queue.borrow_mut().clear();
            timeline.clear();
            *remux = Remux::default();
        }
        let place = timeline.place(segment, remux.newest(), remux.end());
        remux.begin(place);
    }

    fn sample(&self) -> Option<Sample> {
        let (start, end) = buffer::range(self.buffer.borrow().as_ref()?)?;
        let video = &self.playback.video;
        let playing = !video.paused() && !video.seeking();
        Some(Sample {
            now: now() / 1000.0,
            start,
            end,
            playhead: video.current_time(),
            playing,
            slides: self.shows_slides(),
        })
    }

    fn shows_slides(&self) -> bool {
        let usual = self.remux.borrow().usual();
        !has_sound(&self.mime) && usual.is_none_or(|usual| usual > SLIDE)
    }

    /// Keeps the playhead at its distance from the live edge.
    fn steer(&self) {
        // What waits to be appended is part of the edge.
        if !self.queue.borrow().is_empty() {
            return;
        }
        let Some(sample) = self.sample() else { return };
        let step = self.edge.borrow_mut().step(sample);
        self.take(step);
    }

    fn take(&self, step: Step) {
        let video = &self.playback.video;
        match step {
            Step::Nothing => {}
            Step::Start(time) => {
                if time > video.current_time() {
                    video.set_current_time(time);
                }
                self.playback.play();
            }
            Step::Rate(rate) => video.set_playback_rate(rate),
            Step::Seek(time) => video.set_current_time(time),
        }
    }
}

impl Screen for Mse {
    fn read(&self, piece: &Piece<JsBytes>) {
        let body = match piece {
            Piece::Begin(blob) => {
                self.begin(blob.segment);
                &blob.body
            }
            Piece::Continue { body, .. } | Piece::End { body, .. } => body,
        };
        let pushed = self.remux.borrow_mut().push(&body.to_vec());
        self.check(pushed);
        self.ended.set(matches!(piece, Piece::End { .. }));
        self.fed.set(true);
        self.append_what_is_due();
    }

    fn tick(&self) {
        if !self.fed.replace(false) {
            self.flush_if_quiet();
        }
        self.steer();
        let Some(sample) = self.sample() else { return };
        let evict = self.timeline.borrow_mut().evict(sample.playhead, sample.end);
        if let Some(time) = evict {
            self.push(Operation::RemoveTo(time));
        }
    }

    fn to_live_edge(&self) {
        let Some(sample) = self.sample() else { return };
        let step = self.edge.borrow_mut().back(sample);
        self.take(step);
    }

    fn showing(&self) -> Option<(Segment, f64)> {
        self.timeline.borrow().at(self.playback.video.current_time())
    }

    fn ahead(&self) -> f64 {
        self.sample().map_or(0.0, |sample| (sample.end - sample.playhead).max(0.0))
    }
}

fn has_sound(mime: &str) -> bool {
    lean::contains(mime, "opus")
}

impl Drop for Mse {
    fn drop(&mut self) {
        self.playback.video.set_playback_rate(1.0);
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::testing::{MovingPicture, PageErrors, let_things_happen};
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    async fn dropped_it_gives_the_rate_back_and_holds_nothing() {
        let errors = PageErrors::watch();
        let video = MovingPicture::new().on_screen().await;
        video.set_src_object(None);
        let failures = Rc::new(Cell::new(0));
        let count = failures.clone();
        let playback = Playback::new(&video, |_| {});
        let fail: OnFailure = Box::new(move |_| count.set(count.get() + 1));
        let mse = Mse::open(playback.clone(), "video/webm;codecs=vp8", None, fail).expect("a MediaSource");
        while mse.buffer.borrow().is_none() {
            let_things_happen().await;
        }
        video.set_playback_rate(1.06);
        let gone = Rc::downgrade(&mse);
        drop(mse);
        assert!(gone.upgrade().is_none(), "nothing else keeps it");
        assert_eq!((video.playback_rate(), Rc::strong_count(&failures)), (1.0, 1));
        playback.let_go();
        let_things_happen().await;
        assert_eq!(failures.get(), 0);
        assert!(errors.seen().await.is_empty());
        video.remove();
    }
}
