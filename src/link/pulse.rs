//! Pings: what time it is at the relay, and whether it is still there.

use super::clock::FIRST_PINGS;
use super::{Link, News, leg, news};
use crate::dom;
use blobcast_wire::{Socket as Which, Text};
use std::time::Duration;

impl Link {
    /// Asks for the time, and notices a relay that has not answered for a whole round: a connection that is
    /// gone without a word, as after a change of networks, closes by itself only after minutes.
    pub(super) fn tick(&self) {
        let slept = self.clock.borrow_mut().tick(dom::now());
        if self.is_up() && !self.heard.replace(false) && !slept {
            for which in [Which::Blob, Which::Chunk] {
                self.leg(which).set(leg::Phase::Idle);
            }
            for which in [Which::Blob, Which::Chunk] {
                self.retry(which, Some(Duration::ZERO));
            }
        }
        self.ping(if slept { FIRST_PINGS } else { 1 });
    }

    pub(super) fn ping(&self, times: u32) {
        for _ in 0..times {
            let ping = Text::Ping { t: dom::now() }.to_json();
            self.blob.with_socket(|socket| socket.send_text(&ping));
        }
    }

    pub(super) fn hear_text(&self, text: &str) {
        match news::read_text(text) {
            Some(Text::Pong { t, now }) => {
                let settled = self.clock_is_settled();
                self.clock.borrow_mut().pong(t, now, dom::now());
                if !settled && self.clock_is_settled() {
                    self.tell(News::ClockSettled);
                }
            }
            Some(text) => self.tell(News::Text(text)),
            None => {}
        }
    }
}
