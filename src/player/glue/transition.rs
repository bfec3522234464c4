//! From one source to the next, under a cover.

use super::{
    Playback, Source,
    arrival::{self, Arrival},
    chase::Chase,
    standby::Standby,
    timing::Timing,
};
use crate::{
    cell::RefCell,
    dom::{Listener, now},
    player::poster::Poster,
    timers::{Timer, Timers},
};
use std::rc::Rc;
use web_sys::{Event, HtmlVideoElement};

/// A source that shows no picture within this time, ms, does not keep its cover up.
const TOO_LONG: u32 = 2_000;

/// What is seen while the video changes its source.
pub enum Cover {
    /// The last picture, still.
    Poster(#[expect(dead_code, reason = "held for its drop")] Poster),
    /// The next pictures, moving.
    Standby(Rc<Standby>, Rc<Timing>),
}

/// What the video waits for under its cover.
#[expect(dead_code, reason = "held for their drop")]
enum Waiting {
    Arrival(Arrival),
    Chase(Chase),
}

/// A change that is going on: cover up, source set, time set, until the new picture is on screen. Dropping it
/// takes the cover away and lets go of the old source.
#[must_use = "dropping a transition takes its cover away"]
pub struct Transition {
    _ready: Listener,
    _waiting: Rc<RefCell<Option<Waiting>>>,
    _finish: Rc<RefCell<Timer>>,
    /// Revoking the old URL earlier makes the `play()` of it reject.
    _old: Option<Source>,
    cover: Option<Cover>,
}

impl Cover {
    /// The video's last picture. While another cover is up, the element itself may have none to capture.
    pub fn still(video: &HtmlVideoElement, unfinished: Option<Transition>) -> Option<Self> {
        Poster::of(video).map(Self::Poster).or_else(|| unfinished.and_then(|unfinished| unfinished.cover))
    }
}

impl Transition {
    /// Sets the source, and plays it from `from` seconds on. `finished` is called when it is on screen.
    pub fn begin(
        playback: &Rc<Playback>,
        url: &str,
        from: f64,
        cover: Option<Cover>,
        old: Option<Source>,
        finished: impl Fn() + Clone + 'static,
    ) -> Self {
        let video = &playback.video;
        playback.set_source(&arrival::address(url, from));
        let waiting = Rc::new(RefCell::new(None));
        let finish = Rc::new(RefCell::new(Timers::Page.after(TOO_LONG, finished.clone())));
        // A little later: a source that goes in a frame callback makes Firefox 153 paint nothing any more, if the page awaits
        // frames of it.
        let arrived = {
            let finish = Rc::downgrade(&finish);
            move || {
                if let Some(finish) = finish.upgrade() {
                    drop(finish.replace(Timers::Page.after(0, finished.clone())));
                }
            }
        };
        let began = now();
        let on_ready = {
            let (playback, waiting) = (playback.clone(), waiting.clone());
            let chase = match &cover {
                Some(Cover::Standby(standby, timing)) => Some((standby.clone(), timing.clone())),
                _ => None,
            };
            move |_: Event| {
                playback.play();
                let (video, arrived) = (&playback.video, arrived.clone());
                waiting.replace(Some(match &chase {
                    Some((standby, timing)) => {
                        Waiting::Chase(Chase::of(video, (began, from), standby, timing, arrived))
                    }
                    None => Waiting::Arrival(Arrival::of(video, from, arrived)),
                }));
            }
        };
        Self {
            _ready: Listener::new(video, "loadedmetadata", on_ready),
            _waiting: waiting,
            _finish: finish,
            _old: old,
            cover,
        }
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::{
        dom::{ObjectUrl, document, window},
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
        let old = Source { url: old, segment: 1, len: 0, from: 0.0 };
        let transition = Transition::begin(
            &playback,
            new.as_str(),
            0.0,
            Cover::still(&video, None),
            Some(old),
            move || {
                let _ = &held;
            },
        );
        let posters = || document().query_selector_all("body > canvas").expect("a selector").length();
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
