//! From the pieces of segments to what is appended: one stream, in which a picture waits for the next one.

use super::{Mse, queue::Operation, timeline::Timeline};
use crate::{bytes::JsBytes, player::screen::unreadable};
use blobcast_container::Part;
use blobcast_wire::Segment;

impl Mse {
    /// Once nothing is being appended: on a busy machine that takes longer than the next piece, however small it is. So what comes meanwhile
    /// goes in one go, and does not queue up. What had to wait for its source to be open again goes first.
    pub(super) fn append_what_is_due(&self) {
        self.work();
        let is_idle = self.queue.borrow().is_idle();
        if is_idle {
            self.append_all();
        }
    }

    fn append_all(&self) {
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
    pub(super) fn flush_if_quiet(&self) {
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

    pub(super) fn check(&self, read: Result<(), blobcast_container::Error>) {
        if let Err(error) = read {
            (self.fail)(unreadable(error));
        }
    }

    pub(super) fn begin(&self, segment: Segment) {
        // Browsers open no source in a tab that was never in front: only the newest segment waits for it.
        if self.buffer.borrow().is_none() && self.beginning.is_none() {
            self.forget();
        }
        let (newest, end) = {
            let remux = self.remux.borrow();
            (remux.newest(), remux.end())
        };
        let place = self.timeline.borrow_mut().place(segment, newest, end);
        if Timeline::is_apart(place, end) {
            let flushed = self.remux.borrow_mut().flush();
            self.check(flushed);
            self.append_all();
            self.remux.take();
        }
        self.remux.borrow_mut().begin(place);
    }

    /// Nothing of what came is to be appended.
    pub(super) fn forget(&self) {
        self.queue.borrow_mut().clear();
        self.timeline.borrow_mut().clear();
        self.remux.take();
    }
}
