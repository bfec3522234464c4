//! Playing and pausing: what the viewer wants, and what the browser permits.

use crate::{
    callback::Hear,
    cell::RefCell,
    dom::{Listener, document, with},
    error::{self, Error, Kind},
    promise::settled,
};
use std::{
    cell::Cell,
    rc::{Rc, Weak},
};
use wasm_bindgen::prelude::*;
use web_sys::{Event, HtmlVideoElement, MediaStream};

/// What playback tells.
#[derive(Debug)]
pub enum Heard {
    /// The viewer pressed play after a pause.
    Resumed,
    /// The browser permits playing only without sound, so there is none now.
    Muted,
    /// The browser does not permit playing at all before the viewer does something.
    Refused(Error),
}

/// What an element plays.
enum Source {
    Url(String),
    Stream(MediaStream),
}

/// The element, played for as long as the viewer does not pause it.
pub struct Playback {
    listeners: Cell<Option<[Listener; 2]>>,
    me: Weak<Self>,
    pub video: HtmlVideoElement,
    paused_by_viewer: Cell<bool>,
    /// The source that we gave the element.
    source: RefCell<Option<Source>>,
    tell: Box<dyn Hear<Heard>>,
}

impl Playback {
    pub fn new(video: &HtmlVideoElement, tell: impl Hear<Heard> + 'static) -> Rc<Self> {
        Rc::new_cyclic(|me: &Weak<Self>| Self {
            listeners: Cell::new(Some([
                Listener::new(video, "pause", with(me, |playback, _: Event| playback.on_pause())),
                Listener::new(video, "play", with(me, |playback, _: Event| playback.on_play())),
            ])),
            me: me.clone(),
            video: video.clone(),
            paused_by_viewer: Cell::new(false),
            source: RefCell::default(),
            tell: Box::new(tell),
        })
    }

    /// Gives the element a source.
    pub fn set_source(&self, url: &str) {
        self.source.replace(Some(Source::Url(url.to_owned())));
        // An element with a stream takes no URL.
        self.video.set_src_object(None);
        self.video.set_src(url);
    }

    /// Gives the element a stream as its source.
    pub fn set_stream(&self, stream: MediaStream) {
        self.video.set_src_object(Some(&stream));
        let _ = self.video.remove_attribute("src");
        self.source.replace(Some(Source::Stream(stream)));
    }

    /// Whether somebody else gave the element a source: the page, or another viewing.
    pub fn is_taken(&self) -> bool {
        let stream = self.video.src_object();
        match &*self.source.borrow() {
            None => false,
            // By its id: once the element was captured, Chromium says that it is another object.
            Some(Source::Stream(ours)) => stream.is_none_or(|stream| stream.id() != ours.id()),
            Some(Source::Url(ours)) => {
                stream.is_some() || self.video.get_attribute("src").as_ref() != Some(ours)
            }
        }
    }

    /// Hears no more of the element.
    pub fn deafen(&self) {
        self.listeners.take();
    }

    /// The element without our source; another one is left alone.
    pub fn let_go(&self) {
        let taken = self.is_taken();
        if self.source.take().is_some() && !taken {
            self.video.set_src_object(None);
            let _ = self.video.remove_attribute("src");
            self.video.load();
        }
    }

    /// Whether the viewer's pause holds.
    pub fn is_paused(&self) -> bool {
        self.paused_by_viewer.get()
    }

    /// Plays, unless the viewer has paused.
    pub fn play(&self) {
        if self.is_paused() {
            return;
        }
        let Ok(promise) = self.video.play() else { return };
        let me = self.me.clone();
        settled(&promise, move |played| {
            if let (Err(thrown), Some(playback)) = (played, me.upgrade()) {
                playback.on_refusal(&thrown);
            }
        });
    }

    fn on_refusal(&self, thrown: &JsValue) {
        // AbortError is only a change of source. <https://developer.chrome.com/blog/play-request-was-interrupted>
        if !error::is_called(thrown, "NotAllowedError") {
            return;
        }
        if self.video.muted() {
            let message = "the browser does not let this page play before the viewer clicks; call video.play() in a click handler";
            self.tell.hear(Heard::Refused(Error::new(Kind::NotAllowed, message)));
        } else {
            self.video.set_muted(true);
            self.play();
            self.tell.hear(Heard::Muted);
        }
    }

    fn on_pause(&self) {
        // An element that has played to its end pauses by itself, in Chromium also one whose decoder has failed, and a browser may
        // pause a hidden one.
        let by_itself = self.video.ended() || self.video.error().is_some();
        if !by_itself && !document().hidden() {
            self.paused_by_viewer.set(true);
        }
    }

    fn on_play(&self) {
        if self.paused_by_viewer.replace(false) {
            self.tell.hear(Heard::Resumed);
        }
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::testing::{MovingPicture, PageErrors, let_things_happen, next};
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    async fn who_is_deaf_takes_no_pause_for_the_viewers_and_holds_nothing() {
        let errors = PageErrors::watch();
        let picture = MovingPicture::new();
        let video = picture.on_screen().await;
        let told = Rc::new(Cell::new(0));
        let count = told.clone();
        let playback = Playback::new(&video, move |_| count.set(count.get() + 1));
        video.pause().expect("pauses");
        next(&video, "pause").await;
        assert!(playback.is_paused());
        let _ = video.play().expect("plays");
        next(&video, "play").await;
        assert_eq!((playback.is_paused(), told.get()), (false, 1));

        playback.deafen();
        video.pause().expect("pauses");
        next(&video, "pause").await;
        assert!(!playback.is_paused());
        playback.play();
        drop(playback);
        let_things_happen().await;
        assert_eq!((told.get(), Rc::strong_count(&told)), (1, 1));
        assert!(errors.seen().await.is_empty());
        video.remove();
    }
}
