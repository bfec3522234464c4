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

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::{
        dom::{ObjectUrl, window},
        testing::{MovingPicture, PageErrors, let_things_happen},
    };
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    async fn dropped_it_takes_the_poster_away_lets_go_of_the_old_source_and_never_finishes() {
        let errors = PageErrors::watch();
        let video = MovingPicture::new().on_screen().await;
        let playback = Playback::new(&video, |_| {});
        let empty = web_sys::Blob::new().expect("a blob");
        let url = |_| ObjectUrl::for_blob(&empty).expect("a URL");
        let [old, new] = [0, 1].map(url);
        let address = old.as_str().to_owned();
        let finished = Rc::new(());
        let held = finished.clone();
        let old = Source { _url: old, segment: 1, len: 0 };
        let transition = Transition::begin(&playback, new.as_str(), 0.0, (Some(old), None), move || {
            let _ = &held;
        });
        let posters = || {
            let document = window().document().expect("a page");
            document.query_selector_all("body > canvas").expect("a selector").length()
        };
        assert_eq!(posters(), 1);
        drop(transition);
        assert_eq!((posters(), Rc::strong_count(&finished)), (0, 1));
        let fetched = wasm_bindgen_futures::JsFuture::from(window().fetch_with_str(&address)).await;
        assert!(fetched.is_err(), "the old source is gone");
        playback.let_go();
        let_things_happen().await;
        assert!(errors.seen().await.is_empty());
        video.remove();
    }
}
