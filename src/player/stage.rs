//! The screen that plays, and the change from one to the next.

use super::{
    Player, Showing,
    glue::Glue,
    mode::Mode,
    mse::Mse,
    playback::Heard,
    poster::Poster,
    screen::{OnFailure, Screen},
};
use crate::{
    dom::{monotonic, window},
    error::Error,
    events::State,
};
use std::{rc::Rc, time::Duration};
use wasm_bindgen::JsValue;
use web_sys::VisibilityState;

/// A screen that fails sooner than this after the one before it will not get better by another try.
const REBUILD_AFTER: Duration = Duration::from_secs(2);

impl Player {
    pub(super) fn screen(&self) -> Option<Rc<dyn Screen>> {
        self.showing.borrow().as_ref().map(|showing| showing.screen.clone())
    }

    /// A segment of this type begins: makes a screen for it, unless the one that is there plays it.
    pub(super) fn raise(&self, mime: &str) {
        let fits = self.showing.borrow().as_ref().is_some_and(|showing| showing.mime == mime);
        if fits {
            return;
        }
        match self.make_screen(mime) {
            Ok(showing) => {
                let before = self.showing.replace(Some(showing));
                drop(before);
            }
            Err(error) => self.give_up(error),
        }
    }

    fn make_screen(&self, mime: &str) -> Result<Showing, Error> {
        let mode = self.settings.mode.choose(mime, &self.playback.video)?;
        if let Some(poster) = Poster::of(&self.playback.video) {
            self.poster.replace(Some(poster));
        }
        let me = self.me.clone();
        let fail: OnFailure = Box::new(move |error| {
            if let Some(player) = me.upgrade() {
                player.screen_failed(error);
            }
        });
        let playback = self.playback.clone();
        let screen: Rc<dyn Screen> = match mode {
            Mode::Mse => Mse::open(playback, mime, self.settings.target_latency, fail)?,
            Mode::Glue => Glue::new(playback, fail),
        };
        Ok(Showing { screen, mode, mime: mime.to_owned() })
    }

    /// Begins anew with the next segment; when that fails soon as well, says so and gives up.
    fn screen_failed(&self, error: Error) {
        let before = self.showing.take();
        if before.is_none() {
            return;
        }
        let last = self.failed_at.replace(Some(monotonic()));
        if last.is_some_and(|last| monotonic().saturating_sub(last) < REBUILD_AFTER) {
            self.give_up(error);
        } else {
            self.events.error(&error);
        }
    }

    fn give_up(&self, error: Error) {
        self.end(State::Ended, Some(error));
    }

    /// Time passes: the poster over a change of screens comes down once there is a picture under it.
    pub(super) fn look_under_poster(&self) {
        let has_picture = self.playback.video.ready_state() >= 2;
        if has_picture && self.playback.video.current_time() > 0.0 {
            self.poster.take();
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
        let document = window().document();
        let visible =
            document.is_some_and(|document| document.visibility_state() == VisibilityState::Visible);
        if visible && !self.playback.is_paused() {
            self.to_live_edge();
        }
    }

    fn to_live_edge(&self) {
        if let Some(screen) = self.screen() {
            screen.to_live_edge();
        }
    }

    /// The element as it was found, without a source.
    pub(super) fn let_go(&self) {
        let Some(showing) = self.showing.take() else { return };
        let poster = self.poster.take();
        let video = &self.playback.video;
        let _ = video.remove_attribute("src");
        video.load();
        // The URLs go last: revoked under a source, they make its `play()` reject.
        drop((showing, poster));
    }
}
