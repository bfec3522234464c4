//! Pings: what time it is at the relay, and whether both sockets are still there.

use super::{Link, News, leg, leg::When, news};
use crate::dom;
use blobcast_wire::{FIRST_PINGS, RelayTime, Socket as Which, Text};

impl Link {
    /// Ends a round of pings and begins the next. Each socket is asked by itself, since one may be gone without
    /// a word while the other one goes on.
    pub(super) fn tick(&self) {
        let slept = self.clock.borrow_mut().tick(dom::now(), js_sys::Date::now());
        let dead: Vec<_> =
            [Which::Blob, Which::Chunk].into_iter().filter(|&which| self.leg(which).is_dead(slept)).collect();
        for &which in &dead {
            self.trace("silent", which, "", 0.0);
            self.leg(which).set(leg::Phase::Idle);
        }
        if self.is_up() {
            self.target.relays.stayed();
        }
        if dead.len() == 2 {
            // Ten seconds and more have passed: that is wait enough, however many were tried.
            self.target.relays.next(dom::now());
        }
        for which in dead {
            self.retry(which, When::AtOnce);
        }
        // The time is asked for on the blob socket, which is idle.
        self.ping(Which::Blob, if slept { FIRST_PINGS } else { 1 });
        self.ping(Which::Chunk, 1);
    }

    pub(super) fn ping(&self, which: Which, times: u32) {
        for _ in 0..times {
            let ping = news::ping(dom::now());
            self.leg(which).with_socket(|socket| socket.send_text(&ping));
        }
    }

    pub(super) fn hear_text(&self, text: &str) {
        match news::read_text(text) {
            Some(Text::Pong { t, now }) => {
                let settled = self.clock_is_settled();
                self.clock.borrow_mut().pong(t, now, dom::now());
                if !settled && self.clock_is_settled() {
                    self.trace("clock", Which::Blob, "", self.relay_now().unwrap_or(0) as f64 / 1e3);
                    self.tell(News::ClockSettled);
                }
            }
            Some(text) => self.tell(News::Text(text)),
            None => {}
        }
    }

    /// The relay's time, µs since the Unix epoch; `None` until a pong has come.
    pub fn relay_now(&self) -> Option<u64> {
        self.clock.borrow().at(dom::now())
    }

    /// The same, with what it takes to judge it.
    pub fn relay_time(&self) -> Option<RelayTime> {
        let clock = self.clock.borrow();
        let (now, round_trip) = (clock.at(dom::now())?, clock.round_trip()?);
        Some(RelayTime { now, round_trip, is_settled: clock.is_settled() })
    }

    /// The best round trip, ms.
    pub fn round_trip(&self) -> Option<f64> {
        self.clock.borrow().round_trip()
    }

    /// Whether the relay's clock is known well enough to number segments by it.
    pub fn clock_is_settled(&self) -> bool {
        self.clock.borrow().is_settled()
    }
}
