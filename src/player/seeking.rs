//! Where the page or the viewer wants to go: to a moment of what was broadcast before, or to what is live.

use super::{
    Player, mode,
    past::{Moment, Past},
    rewind::CAUGHT_UP,
    screen::{Edge, Sought},
};
use crate::{dom::with, error::Error, promise};
use js_sys::Promise;
use wasm_bindgen::JsValue;

impl Player {
    /// Plays from a moment on. Resolves when that is there.
    pub fn seek(&self, moment: &JsValue) -> Result<Promise, Error> {
        let moment = Moment::read("seek", moment)?;
        mode::check_rewinding()?;
        if !self.is_over.get() {
            self.open_past(moment);
        }
        let past = self.past.borrow().clone();
        Ok(past.map_or_else(|| promise::of(Ok(JsValue::UNDEFINED)), |past| past.ready()))
    }

    /// Plays what is live.
    pub fn go_live(&self) {
        let is_linked = self.link.borrow().is_some();
        if self.is_over.get() || !(is_linked || self.is_behind.get()) {
            return;
        }
        // A seek that is under way, too.
        self.leave_past();
        if !self.is_behind.replace(false) {
            return;
        }
        if !is_linked {
            self.reassembly.take();
            self.connect();
        }
        let screen = self.screen();
        let mime = self.showing.borrow().as_ref().map(|showing| showing.mime.clone());
        let mode = mime.and_then(|mime| self.settings.mode.choose(&mime, &self.playback.video, 0).ok());
        match screen.filter(|_| mode == Some(mode::Mode::Mse)) {
            Some(screen) => screen.follow(Edge::GoTo),
            // The next segment is shown by another screen.
            None => self.origin.set(None),
        }
        if let Some(state) = self.last_said.get() {
            self.events.set_state(state);
        }
    }

    /// Resolves with when what can be played begins and ends, as `{ from, to }` of Dates; with `null` where nothing is kept.
    pub fn seekable(&self) -> Promise {
        let looking = self.looking.borrow().clone();
        let past = looking
            .filter(|past| !past.is_over())
            .unwrap_or_else(|| Past::look(self.settings.target.clone()));
        let promise = past.ready();
        self.looking.replace(Some(past));
        promise
    }

    pub(super) fn open_past(&self, moment: Moment) {
        let tell = with(&self.me, |player, told| player.hear_past(told));
        let before = self.past.replace(Some(Past::open(self.settings.target.clone(), moment, tell)));
        drop(before);
    }

    /// Nothing more is fetched. Whoever waits for a seek waits no longer.
    pub(super) fn leave_past(&self) {
        self.past.take();
    }

    /// The viewer puts the playhead somewhere, by the element's own controls.
    pub(super) fn on_seeking(&self) {
        let (Some(screen), Some(origin)) = (self.screen(), self.origin.get()) else { return };
        match screen.sought() {
            Sought::Near(ahead) if ahead > CAUGHT_UP && !self.is_behind.get() => self.fall_behind(&screen),
            Sought::ByUs | Sought::Near(_) => {}
            Sought::Away(time) => self.open_past(Moment::At((origin as f64 / 1e3 + time * 1e3) as u64)),
        }
    }
}
