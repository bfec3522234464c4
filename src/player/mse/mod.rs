//! Mode `mse`: one SourceBuffer, each segment appended where the one before ended.
//!
//! ```text
//! Piece ─► Queue ─► SourceBuffer ─► <video>
//!                       │ buffered      ▲ playbackRate, currentTime
//!                       └──► LiveEdge ──┘
//! ```

mod live_edge;
mod queue;
mod timeline;

use super::{
    playback::Playback,
    screen::{OnFailure, Screen},
};
use crate::{
    bytes::JsBytes,
    dom::{Listener, ObjectUrl, now, with},
    error::{Error, Kind},
};
use blobcast_wire::{Body, Piece, Segment};
pub use live_edge::TARGET;
use live_edge::{LiveEdge, Sample, Step};
use queue::{Operation, Queue};
use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};
use timeline::Timeline;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    DomException, Event, MediaSource, MediaSourceReadyState, SourceBuffer, SourceBufferAppendMode,
};

/// When the buffer is full although old media was removed, this much before the playhead is kept, seconds.
const KEPT_WHEN_FULL: f64 = 1.0;

/// Plays through a MediaSource.
pub struct Mse {
    me: Weak<Self>,
    // Listeners first: nothing is heard while the rest goes.
    on_open: RefCell<Option<Listener>>,
    on_buffer: RefCell<Option<[Listener; 2]>>,
    playback: Rc<Playback>,
    mime: String,
    source: MediaSource,
    /// Needed until the source is open; kept until the next source shows its picture.
    _url: ObjectUrl,
    buffer: RefCell<Option<SourceBuffer>>,
    queue: RefCell<Queue<JsBytes>>,
    timeline: RefCell<Timeline>,
    edge: RefCell<LiveEdge>,
    /// The buffer was full at the last append too.
    full: Cell<bool>,
    fail: OnFailure,
}

impl Mse {
    /// Makes the MediaSource the element's source. `target` is what to keep ahead, in seconds.
    pub fn open(playback: Rc<Playback>, mime: &str, target: f64, fail: OnFailure) -> Result<Rc<Self>, Error> {
        let failed = |thrown| Error::thrown(Kind::NotSupported, "MediaSource failed", &thrown);
        let source = MediaSource::new().map_err(failed)?;
        let url = ObjectUrl::for_source(&source).map_err(failed)?;
        playback.set_source(url.as_str());
        Ok(Rc::new_cyclic(|me: &Weak<Self>| Self {
            me: me.clone(),
            on_open: RefCell::new(Some(Listener::new(
                &source,
                "sourceopen",
                with(me, |mse, _: Event| mse.on_open()),
            ))),
            on_buffer: RefCell::default(),
            playback,
            mime: mime.to_owned(),
            source,
            _url: url,
            buffer: RefCell::default(),
            queue: RefCell::default(),
            timeline: RefCell::default(),
            edge: RefCell::new(LiveEdge::new(target)),
            full: Cell::new(false),
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
        *self.on_buffer.borrow_mut() = Some([
            Listener::new(&buffer, "updateend", with(&self.me, |mse, _: Event| mse.on_update_end())),
            Listener::new(&buffer, "error", with(&self.me, |mse, _: Event| mse.on_error())),
        ]);
        *self.buffer.borrow_mut() = Some(buffer);
        self.on_update_end();
    }

    fn on_update_end(&self) {
        self.queue.borrow_mut().done();
        self.work();
        self.steer();
    }

    fn on_error(&self) {
        let why = self.playback.video.error().map(|error| error.message()).unwrap_or_default();
        (self.fail)(Error::new(Kind::Media, format!("the browser could not decode the broadcast: {why}")));
    }

    fn failed(&self, tried: &str, thrown: &JsValue) {
        (self.fail)(Error::thrown(Kind::Media, tried, thrown));
    }

    fn push(&self, operation: Operation<JsBytes>) {
        self.queue.borrow_mut().push(operation);
        self.work();
    }

    /// Does what can be done now.
    fn work(&self) {
        let Some(buffer) = self.buffer.borrow().clone() else { return };
        // A source that the element has let go of takes nothing more.
        while self.source.ready_state() == MediaSourceReadyState::Open {
            let Some(operation) = self.queue.borrow_mut().next() else { return };
            let done = match &operation {
                Operation::Begin(segment) => self.begin(&buffer, *segment),
                Operation::Append(bytes) => self.append(&buffer, bytes),
                Operation::RemoveTo(time) => buffer.remove(0.0, *time),
            };
            if let Err(thrown) = done {
                return self.failed("the browser's SourceBuffer failed", &thrown);
            }
        }
    }

    /// The next segment lies where the last one ended.
    fn begin(&self, buffer: &SourceBuffer, segment: Segment) -> Result<(), JsValue> {
        // A cluster of unknown size is still open, and `timestampOffset` cannot be set inside one.
        // <https://www.w3.org/TR/media-source-2/#dom-sourcebuffer-timestampoffset>
        buffer.abort()?;
        // Media behind the playhead would never be seen: after a hole it is further than what is buffered.
        let end = range(buffer).map_or(0.0, |(_, end)| end).max(self.playback.video.current_time());
        buffer.set_timestamp_offset(end);
        self.timeline.borrow_mut().push(segment, end);
        Ok(())
    }

    fn append(&self, buffer: &SourceBuffer, bytes: &JsBytes) -> Result<(), JsValue> {
        let appended = buffer.append_buffer_with_array_buffer_view(bytes.as_js());
        let Err(thrown) = appended else {
            self.full.set(false);
            return Ok(());
        };
        // Chromium 138 made QuotaExceededError a class of its own; its name has stayed.
        let name = thrown.dyn_ref::<DomException>().map(DomException::name);
        let is_full = name.as_deref() == Some("QuotaExceededError");
        let playhead = self.playback.video.current_time();
        if !is_full || self.full.replace(true) || playhead <= KEPT_WHEN_FULL {
            return Err(thrown);
        }
        let mut queue = self.queue.borrow_mut();
        queue.push_front(Operation::Append(bytes.clone()));
        buffer.remove(0.0, playhead - KEPT_WHEN_FULL)
    }

    fn sample(&self) -> Option<Sample> {
        let (start, end) = range(self.buffer.borrow().as_ref()?)?;
        let video = &self.playback.video;
        let playing = !video.paused() && !video.seeking();
        Some(Sample { now: now() / 1000.0, start, end, playhead: video.current_time(), playing })
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
                // Browsers open no source in a tab that was never in front: only the newest segment waits for it.
                if self.buffer.borrow().is_none() {
                    self.queue.borrow_mut().clear();
                }
                self.push(Operation::Begin(blob.segment));
                &blob.body
            }
            Piece::Continue { body, .. } | Piece::End { body, .. } => body,
        };
        if !body.is_empty() {
            self.push(Operation::Append(body.clone()));
        }
    }

    fn tick(&self) {
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

impl Drop for Mse {
    fn drop(&mut self) {
        self.playback.video.set_playback_rate(1.0);
    }
}

/// The newest buffered range, in seconds.
fn range(buffer: &SourceBuffer) -> Option<(f64, f64)> {
    // Throws once the source has let go of the buffer.
    let ranges = buffer.buffered().ok()?;
    let last = ranges.length().checked_sub(1)?;
    Some((ranges.start(last).ok()?, ranges.end(last).ok()?))
}
