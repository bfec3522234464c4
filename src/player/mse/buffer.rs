//! What is done with the SourceBuffer, one operation after the other.

use super::{Mse, queue::Operation};
use crate::{bytes::JsBytes, error};
use wasm_bindgen::JsValue;
use web_sys::{MediaSourceReadyState, SourceBuffer};

/// When the buffer is full although old media was removed, this much before the playhead is kept, seconds.
const KEPT_WHEN_FULL: f64 = 1.0;

impl Mse {
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

/// All of them, in order.
pub(super) fn ranges(buffer: &SourceBuffer) -> Vec<(f64, f64)> {
    // Throws once the source has let go of the buffer.
    let Ok(ranges) = buffer.buffered() else { return Vec::new() };
    (0..ranges.length()).filter_map(|n| Some((ranges.start(n).ok()?, ranges.end(n).ok()?))).collect()
}
