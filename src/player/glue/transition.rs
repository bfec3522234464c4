//! From one source to the next, under a poster.

use super::{Playback, Source};
use crate::{
    dom::{Listener, NextPicture},
    player::poster::Poster,
};
use gloo_timers::callback::Timeout;
use std::{cell::RefCell, rc::Rc};
use web_sys::Event;

/// A source that shows no picture within this time, ms, does not keep its poster up.
const TOO_LONG: u32 = 2_000;

/// A change that is going on: poster up, source set, time set, until the new picture is on screen. Dropping it
/// takes the poster away and lets go of the old source.
#[must_use = "dropping a transition takes its poster away"]
pub struct Transition {
    _ready: Listener,
    _shown: Rc<RefCell<Option<NextPicture>>>,
    _too_long: Timeout,
    /// Revoking the old URL earlier makes the `play()` of it reject.
    _old: Option<Source>,
    _poster: Option<Poster>,
}

impl Transition {
    /// Captures the picture, sets the source, and plays it from `from` seconds on. `finished` is called when
    /// it is on screen; `old` is what was there: its source, and a change that had not ended.
    pub fn begin(
        playback: &Rc<Playback>,
        url: &str,
        from: f64,
        (old, unfinished): (Option<Source>, Option<Self>),
        finished: impl Fn() + Clone + 'static,
    ) -> Self {
        let video = &playback.video;
        // While another poster is up, the element itself may have no picture to capture.
        let poster = Poster::of(video).or_else(|| unfinished.and_then(|unfinished| unfinished._poster));
        video.set_src(url);
        let shown = Rc::new(RefCell::new(None));
        let on_ready = {
            let (playback, shown, finished) = (playback.clone(), shown.clone(), finished.clone());
            move |_: Event| {
                if from > 0.0 {
                    playback.video.set_current_time(from);
                }
                playback.play();
                let finished = finished.clone();
                *shown.borrow_mut() = Some(NextPicture::of(&playback.video, finished));
            }
        };
        Self {
            _ready: Listener::new(video, "loadedmetadata", on_ready),
            _shown: shown,
            _too_long: Timeout::new(TOO_LONG, finished),
            _old: old,
            _poster: poster,
        }
    }
}
