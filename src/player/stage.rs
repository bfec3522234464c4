//! The screen that plays, and the change from one to the next.

use super::{
    Player,
    glue::Glue,
    mode::{self, Mode, Wanted},
    mse::Mse,
    playback::Heard,
    poster::{HAS_PICTURE, Poster},
    realtime::{Clock, Realtime},
    screen::{Beginning, OnFailure, Screen},
};
use crate::{dom::document, error::Error, events::State};
use blobcast_wire::Segment;
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::JsValue;

/// So many screens in a row that never show a picture are the end.
const FAILURES: u32 = 3;

/// A screen, and what it was made for.
pub struct Showing {
    screen: Rc<dyn Screen>,
    pub mode: Mode,
    origin: Option<Segment>,
    pub mime: String,
    /// There was a picture.
    has_shown: Cell<bool>,
}

impl Player {
    pub(super) fn screen(&self) -> Option<Rc<dyn Screen>> {
        self.showing.borrow().as_ref().map(|showing| showing.screen.clone())
    }

    /// A segment of this type begins: makes a screen for it, unless the one that is there plays it.
    pub(super) fn raise(&self, mime: &str) {
        let origin = self.origin.get();
        let fits = |showing: &Showing| showing.mime == mime && showing.origin == origin;
        let fits = self.showing.borrow().as_ref().is_some_and(fits);
        if fits {
            return;
        }
        match self.make_screen(mime) {
            Ok(showing) => {
                let before = self.showing.replace(Some(showing));
                drop(before);
            }
            // What decodes for another way may not take it at all.
            Err(_) if self.settings.mode == Wanted::Soonest && self.failures.get() == 0 => {
                self.failures.set(1);
                self.raise(mime);
            }
            Err(error) => self.give_up(error),
        }
    }

    fn make_screen(&self, mime: &str) -> Result<Showing, Error> {
        let origin = self.origin.get();
        let (at, end) = self.aim.get();
        let beginning = origin.map(|origin| Beginning { origin, at, end: Cell::new(end) });
        let mode = match &beginning {
            Some(_) => Mode::Mse,
            None => self.settings.mode.choose(mime, &self.playback.video, self.failures.get())?,
        };
        if let Some(poster) = Poster::of(&self.playback.video) {
            self.poster.replace(Some(poster));
        }
        let me = self.me.clone();
        let fail: OnFailure = Box::new(move |error| {
            if let Some(player) = me.upgrade() {
                player.screen_failed(error);
            }
        });
        let (playback, target) = (self.playback.clone(), self.settings.target_latency);
        let screen: Rc<dyn Screen> = match mode {
            Mode::Mse => Mse::open(playback, mime, target, beginning, fail)?,
            Mode::Glue => Glue::new(playback, fail),
            Mode::Realtime => {
                let me = self.me.clone();
                let clock: Clock = Box::new(move || me.upgrade()?.link.borrow().as_ref()?.relay_time());
                Realtime::open(&playback, mime, target, clock, fail)?
            }
        };
        Ok(Showing { screen, mode, origin, mime: mime.to_owned(), has_shown: Cell::new(false) })
    }

    /// Begins anew with the next segment; in mode `auto` by gluing, if this browser does not play what it says
    /// it does. When that fails as well, says so and gives up.
    fn screen_failed(&self, error: Error) {
        let Some(before) = self.showing.take() else { return };
        let (mime, has_shown) = (before.mime.clone(), before.has_shown.get());
        drop(before);
        // What showed pictures can play the type: it met media that nothing could play.
        if !has_shown {
            self.failures.set(self.failures.get() + 1);
        }
        if self.failures.get() >= FAILURES {
            let why = Some(error.message.as_str());
            self.give_up(mode::cannot_play(&mime, why));
        } else {
            self.events.error(&error.advise("the next segment is tried"));
        }
    }

    fn give_up(&self, error: Error) {
        self.end(State::Ended, Some(error));
    }

    /// Time passes: once there is a picture, the poster over a change of screens comes down.
    pub(super) fn look_under_poster(&self) {
        let video = &self.playback.video;
        let showing = self.showing.borrow();
        // A screen that has no source yet has left the one before it in the element.
        let Some(showing) = showing.as_ref().filter(|showing| showing.screen.showing().is_some()) else {
            return;
        };
        if video.ready_state() >= HAS_PICTURE && video.current_time() > 0.0 && video.error().is_none() {
            self.poster.take();
            self.failures.set(0);
            showing.has_shown.set(true);
        }
    }

    pub(super) fn hear_playback(&self, heard: Heard) {
        match heard {
            Heard::Resumed => self.to_live_edge(),
            Heard::Muted => self.events.dispatch("muted", &JsValue::UNDEFINED),
            Heard::Refused(error) => self.events.error(&error),
        }
    }

    pub(super) fn on_visible(&self) {
        let is_visible = !document().hidden();
        if let Some(screen) =
            self.screen().filter(|_| is_visible && !self.playback.is_paused() && !self.is_behind.get())
        {
            screen.back_in_sight();
        }
    }

    fn to_live_edge(&self) {
        if let Some(screen) = self.screen().filter(|_| !self.is_behind.get()) {
            screen.to_live_edge();
        }
    }

    /// The element as it was found, without our source.
    pub(super) fn let_go(&self) {
        let showing = self.showing.take();
        self.playback.let_go();
        // The URLs go last: revoked under a source, they make its `play()` reject.
        drop(showing);
    }
}
