//! What was broadcast before is played, up to what is live.
//!
//! ```text
//!          seek                      near the edge, or goLive
//! live ───────────► what was before ───────────────────────► live
//! ```

use super::{
    Player,
    past::{Entry, Told},
    screen::{Edge, Screen},
};
use crate::{
    bytes::JsBytes,
    dom::{Listener, now, with},
    events::State,
};
use blobcast_wire::{Body, Kind, Message, Piece, Reassembly, Segment};
use std::rc::Rc;
use web_sys::Event;

/// So much of what was before is kept ahead of the playhead, seconds.
const AHEAD: f64 = 6.0;

/// Who plays with less than this ahead of what is live, seconds, watches what is live.
pub(super) const CAUGHT_UP: f64 = 1.0;

impl Player {
    pub(super) fn hear_past(&self, told: Told) {
        match told {
            Told::Found { origin, at, to } => self.rewind(origin, at, to),
            Told::Kept(kept) => {
                if let (Some(screen), Some(origin), Some((_, to))) = (self.screen(), self.origin.get(), kept)
                {
                    screen.extend(time_of(origin, to));
                }
            }
            Told::Segment(entry, bytes) => self.replay(entry, bytes),
            Told::All(Some(last)) => {
                *self.reassembly.borrow_mut() = Reassembly::after(last);
                self.connect();
            }
            Told::All(None) if self.is_behind.get() => self.go_live(),
            Told::All(None) => {
                let is_linked = self.link.borrow().is_some();
                if !is_linked {
                    self.connect();
                }
            }
            Told::Lost => {
                // Who has a link is where that is.
                let is_linked = self.link.borrow().is_some();
                if !is_linked {
                    self.settings.target.relays.next(now());
                }
                if self.started.is_settled() {
                    self.events.set_state(State::Reconnecting);
                }
            }
            Told::Failed(error) if self.link.borrow().is_none() => self.end(State::Ended, Some(error)),
            Told::Failed(error) => {
                if let Some(past) = self.past.take() {
                    past.reject(&error);
                }
            }
        }
    }

    /// There is something to play from `at` on: leaves what is live.
    fn rewind(&self, origin: Segment, at: f64, to: f64) {
        self.connecting.take();
        if let Some(link) = self.link.take() {
            link.finish();
        }
        self.reassembly.take();
        self.last_said.take();
        let was_rewound = self.origin.get();
        let origin = was_rewound.unwrap_or(origin);
        self.origin.set(Some(origin));
        self.is_behind.set(true);
        let at = time_of(origin, at);
        self.aim.set((at, time_of(origin, to)));
        match self.screen().filter(|_| was_rewound.is_some()) {
            Some(screen) => screen.jump(at),
            None => {
                let hear = with(&self.me, |player, _: Event| player.on_seeking());
                self.on_seeking.set(Some(Listener::new(&self.playback.video, "seeking", hear)));
            }
        }
    }

    fn replay(&self, entry: Entry, bytes: JsBytes) {
        let segment = entry.number;
        if let Some(origin) = self.origin.get() {
            let (at, end) = self.aim.get();
            self.aim.set((at.max(time_of(origin, entry.start())), end));
        }
        self.received.borrow_mut().count(bytes.len(), now());
        let blob = Message { kind: Kind::Blob { mime: entry.mime }, segment, seq: 1, sent: 0, body: bytes };
        let end = Piece::End { segment, seq: 1, cut_short: false, sent: 0, body: JsBytes::default() };
        self.read(&[Piece::Begin(blob), end]);
        self.started.resolve();
        if self.is_behind.get() {
            self.events.set_state(State::Replaying);
        }
    }

    /// Time passes.
    pub(super) fn tick_past(&self) {
        if self.origin.get().is_none() {
            return;
        }
        let Some(screen) = self.screen() else { return self.fetch_more() };
        let is_paused = self.playback.is_paused();
        if !self.is_behind.get() {
            if is_paused {
                self.fall_behind(&screen);
            }
            return;
        }
        if !screen.takes_more() {
            return;
        }
        let ahead = screen.ahead();
        if ahead < AHEAD {
            self.fetch_more();
        }
        // Only what the relay has said of what is live tells that there is nothing between.
        if let Some(state) = self.last_said.get().filter(|_| !is_paused && ahead < CAUGHT_UP) {
            self.leave_past();
            self.is_behind.set(false);
            screen.follow(Edge::Keep);
            self.events.set_state(state);
        }
    }

    fn fetch_more(&self) {
        let past = self.past.borrow().clone();
        if let Some(past) = past {
            past.go_on();
        }
    }

    /// The playhead goes its own way.
    pub(super) fn fall_behind(&self, screen: &Rc<dyn Screen>) {
        self.is_behind.set(true);
        screen.follow(Edge::Leave);
        self.events.set_state(State::Replaying);
    }
}

/// A moment, ms since the Unix epoch, as the element's time, seconds.
fn time_of(origin: Segment, ms: f64) -> f64 {
    (ms - origin as f64 / 1e3) / 1e3
}
