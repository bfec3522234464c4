//! The SourceBuffer: how it comes to be, what is done with it, one operation after the other, and what is in it.

use super::{Mse, queue::Operation};
use crate::{
    bytes::JsBytes,
    dom::{Listener, now, with},
    error::{self, Error, Kind},
    player::screen::UNDECODABLE,
};
use wasm_bindgen::JsValue;
use web_sys::{Event, MediaSourceReadyState, SourceBuffer, SourceBufferAppendMode};

/// When the buffer is full although old media was removed, this much before the playhead is kept, seconds.
const KEPT_WHEN_FULL: f64 = 1.0;

impl Mse {
    pub(super) fn on_open(&self) {
        // Once: an element that seeks after `ended` opens its source again.
        let heard = self.on_open.take();
        drop(heard);
        self.source.set_duration(f64::INFINITY);
        let buffer = match self.source.add_source_buffer(&self.mime) {
            Ok(buffer) => buffer,
            Err(thrown) => {
                return self.failed("this browser's MediaSource refuses the type of the broadcast", &thrown);
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
        self.go_to_beginning();
        self.on_update_end();
    }

    fn on_update_end(&self) {
        self.queue.borrow_mut().done();
        self.append_what_is_due();
        // What is on its way into the buffer is part of the edge. Where there is always some, the tick steers.
        let is_idle = self.queue.borrow().is_idle();
        if is_idle {
            self.steer();
        }
    }

    fn on_waiting(&self) {
        if self.is_following.get() {
            self.edge.borrow_mut().starved(now() / 1000.0);
        }
    }

    fn on_error(&self) {
        let why = self.playback.video.error().map(|error| error.message()).unwrap_or_default();
        (self.fail)(Error::new(Kind::Media, UNDECODABLE).because(&why));
    }

    fn failed(&self, tried: &str, thrown: &JsValue) {
        (self.fail)(Error::thrown(Kind::Media, tried, thrown));
    }

    pub(super) fn push(&self, operation: Operation<JsBytes>) {
        self.queue.borrow_mut().push(operation);
        self.work();
    }

    /// Does what can be done now.
    pub(super) fn work(&self) {
        let Some(buffer) = self.buffer.borrow().clone() else { return };
        // A source that the element has let go of takes nothing more.
        while self.source.ready_state() == MediaSourceReadyState::Open {
            let Some(operation) = self.queue.borrow_mut().next() else { return };
            let done = match &operation {
                // A cluster of unknown size is still open.
                Operation::Reset => buffer.abort(),
                Operation::Append(bytes) => self.append(&buffer, bytes),
                Operation::RemoveTo(time) => buffer.remove(0.0, *time),
            };
            if let Err(thrown) = done {
                return self.failed("the browser's SourceBuffer failed", &thrown);
            }
        }
    }

    fn append(&self, buffer: &SourceBuffer, bytes: &JsBytes) -> Result<(), JsValue> {
        let appended = buffer.append_buffer_with_array_buffer_view(bytes.as_js());
        let Err(thrown) = appended else {
            self.full.set(false);
            return Ok(());
        };
        // Chromium 138 made QuotaExceededError a class of its own; its name has stayed.
        let is_full = error::is_called(&thrown, "QuotaExceededError");
        let playhead = self.playback.video.current_time();
        if !is_full || self.full.replace(true) || playhead <= KEPT_WHEN_FULL {
            return Err(thrown);
        }
        let mut queue = self.queue.borrow_mut();
        queue.push_front(Operation::Append(bytes.clone()));
        buffer.remove(0.0, playhead - KEPT_WHEN_FULL)
    }
}

/// The newest buffered range, in seconds.
pub(super) fn range(buffer: &SourceBuffer) -> Option<(f64, f64)> {
    ranges(buffer).pop()
}

/// The buffered range that a time is in, in seconds.
pub(super) fn range_at(buffer: &SourceBuffer, time: f64) -> Option<(f64, f64)> {
    ranges(buffer).into_iter().find(|(start, end)| (*start..=*end).contains(&time))
}

/// How much of it is ahead of a time, in seconds.
pub(super) fn ahead(buffer: &SourceBuffer, time: f64) -> f64 {
    ranges(buffer).iter().map(|(start, end)| (end - start.max(time)).max(0.0)).sum()
}

/// All of them, in order.
pub(super) fn ranges(buffer: &SourceBuffer) -> Vec<(f64, f64)> {
    // Throws once the source has let go of the buffer.
    let Ok(ranges) = buffer.buffered() else { return Vec::new() };
    (0..ranges.length()).filter_map(|n| Some((ranges.start(n).ok()?, ranges.end(n).ok()?))).collect()
}
