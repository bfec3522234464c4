//! What goes to the relay: frames that are due, as messages of segments.

use super::Broadcast;
use crate::publish::{refusal::What, segments::Segments};
use blobcast_container::Frame;
use blobcast_wire::Message;
use std::time::Duration;
use tokio::time::Instant;

impl Broadcast {
    /// When there is something to send.
    pub(super) fn due(&mut self) -> Option<Instant> {
        if !self.takes_more() {
            return None;
        }
        let due = self.pending.due(self.now() as i64)?;
        Some(self.began + Duration::from_millis(due.max(0) as u64))
    }

    /// Sends all that is due.
    pub(super) fn send_due(&mut self) {
        let frames = self.pending.take(self.now() as i64);
        if !frames.is_empty() {
            self.write(frames);
        }
    }

    /// Puts frames into segments, and sends these.
    fn write(&mut self, frames: Vec<Frame>) {
        let Some(format) = self.media.format() else { return };
        let (interval, now) = (self.interval, self.now());
        let segments = self.segments.get_or_insert_with(|| Segments::new(format.clone(), interval));
        let (sent, uplink, pending) = (self.uplink.relay_now(now), &mut self.uplink, &mut self.pending);
        let (messages, written) = segments.write(frames, sent, |at, time| {
            // It is sent a moment after it was due, sometimes more and sometimes less.
            uplink.number(at, pending.was_due(time, now as i64) as f64)
        });
        self.send(messages);
        if written.is_err() {
            self.stop(Err(What::NoKeyframe));
        }
    }

    fn send(&mut self, messages: impl IntoIterator<Item = Message<Vec<u8>>>) {
        for message in messages {
            if let Some((which, bytes)) = self.uplink.keep(message) {
                self.link.send(which, bytes);
            }
        }
    }

    /// Nothing more is read.
    pub(super) fn end(&mut self, within: Duration) {
        let (sent, is_cut_short) =
            (self.uplink.relay_now(self.now()), self.ended == Some(Err(What::NoKeyframe)));
        let end = self.segments.as_mut().and_then(|segments| segments.end(sent, is_cut_short));
        self.send(end);
        self.until = Some(Instant::now() + within);
    }
}
