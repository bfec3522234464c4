//! From one source to the next, under a poster.

use super::{
    Playback, Source,
    arrival::{self, Arrival},
};
use crate::{dom::Listener, player::poster::Poster};
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
    _arrival: Rc<RefCell<Option<Rc<Arrival>>>>,
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
        playback.set_source(&arrival::address(url, from));
        let arrival = Rc::new(RefCell::new(None));
        let on_ready = {
            let (playback, arrival, finished) = (playback.clone(), arrival.clone(), finished.clone());
            move |_: Event| {
                playback.play();
                arrival.replace(Some(Arrival::of(&playback.video, from, finished.clone())));
            }
        };
        Self {
            _ready: Listener::new(video, "loadedmetadata", on_ready),
            _arrival: arrival,
            _too_long: Timeout::new(TOO_LONG, finished),
            _old: old,
            _poster: poster,
        }
    }
}
