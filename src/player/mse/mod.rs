//! Mode `mse`: one SourceBuffer, and in it all segments as one continuous stream.
//!
//! ```text
//! Piece ─► Remux ─► Queue ─► SourceBuffer ─► <video>
//!                                │ buffered      ▲ playbackRate, currentTime
//!                                └──► LiveEdge ──┘
//! ```

mod buffer;
mod feeding;
mod live_edge;
mod pitch;
mod queue;
mod rewound;
mod steering;
mod timeline;

use super::{
    mode::has_sound,
    playback::Playback,
    quirks,
    screen::{Beginning, Edge, OnFailure, Screen, Sought},
};
use crate::{
    bytes::JsBytes,
    cell::RefCell,
    dom::{Listener, ObjectUrl, with},
    error::{Error, Kind},
};
use blobcast_container::Remux;
use blobcast_wire::{Piece, Segment};
use live_edge::LiveEdge;
use pitch::LoosePitch;
use queue::{Operation, Queue};
use std::{
    cell::Cell,
    rc::{Rc, Weak},
};
use timeline::Timeline;
use web_sys::{Event, MediaSource, SourceBuffer};

/// Plays through a MediaSource.
pub struct Mse {
    me: Weak<Self>,
    // Listeners first: nothing is heard while the rest goes.
    on_open: Cell<Option<Listener>>,
    on_buffer: Cell<Option<[Listener; 4]>>,
    playback: Rc<Playback>,
    mime: String,
    source: MediaSource,
    /// Needed until the source is open; kept until the next source shows its picture.
    _url: ObjectUrl,
    buffer: RefCell<Option<SourceBuffer>>,
    queue: RefCell<Queue<JsBytes>>,
    timeline: RefCell<Timeline>,
    /// What is on its way to the queue: the newest picture waits here until the next one says how long it lasts.
    remux: RefCell<Remux>,
    /// The newest segment has ended, and no other has begun.
    ended: Cell<bool>,
    /// A piece has come since the last tick.
    fed: Cell<bool>,
    edge: RefCell<LiveEdge>,
    /// The buffer was full at the last append too.
    full: Cell<bool>,
    /// What is rewound: where it began.
    beginning: Option<Beginning>,
    /// The playhead is kept at the live edge.
    is_following: Cell<bool>,
    /// Where we have put the playhead last, seconds.
    sought: Cell<Option<f64>>,
    _pitch: LoosePitch,
    fail: OnFailure,
}

impl Mse {
    /// Makes the MediaSource the element's source. `target` is what to keep ahead, in seconds, if not as little as does.
    pub fn open(
        playback: Rc<Playback>,
        mime: &str,
        target: Option<f64>,
        beginning: Option<Beginning>,
        fail: OnFailure,
    ) -> Result<Rc<Self>, Error> {
        let failed = |thrown| {
            let error = Error::thrown(Kind::NotSupported, "this browser's MediaSource failed", &thrown);
            error.advise(r#"use mode "glue""#)
        };
        let source = MediaSource::new().map_err(failed)?;
        let url = ObjectUrl::for_source(&source).map_err(failed)?;
        playback.set_source(url.as_str());
        let has_sound = has_sound(mime);
        let as_little_as_does = || live_edge::target(has_sound, quirks::refuses_after_running_dry());
        let target = target.unwrap_or_else(as_little_as_does);
        let is_following = beginning.is_none();
        let edge =
            if is_following { LiveEdge::new(target, has_sound) } else { LiveEdge::at(target, has_sound) };
        let origin = beginning.as_ref().map(|beginning| beginning.origin);
        let pitch = LoosePitch::of(&playback.video);
        Ok(Rc::new_cyclic(|me: &Weak<Self>| Self {
            me: me.clone(),
            on_open: Cell::new(Some(Listener::new(
                &source,
                "sourceopen",
                with(me, |mse, _: Event| mse.on_open()),
            ))),
            on_buffer: Cell::default(),
            playback,
            mime: mime.to_owned(),
            source,
            _url: url,
            buffer: RefCell::default(),
            queue: RefCell::default(),
            timeline: RefCell::new(Timeline::since(origin)),
            remux: RefCell::default(),
            ended: Cell::new(false),
            fed: Cell::new(false),
            edge: RefCell::new(edge),
            full: Cell::new(false),
            beginning,
            is_following: Cell::new(is_following),
            sought: Cell::default(),
            _pitch: pitch,
            fail,
        }))
    }
}

impl Screen for Mse {
    fn read(&self, piece: &Piece<JsBytes>) {
        let body = match piece {
            Piece::Begin(blob) => {
                self.begin(blob.segment);
                &blob.body
            }
            Piece::Continue { body, .. } | Piece::End { body, .. } => body,
        };
        let pushed = self.remux.borrow_mut().push(&body.to_vec());
        self.check(pushed);
        self.ended.set(matches!(piece, Piece::End { .. }));
        self.fed.set(true);
        self.append_what_is_due();
    }

    fn tick(&self) {
        if !self.fed.replace(false) {
            self.flush_if_quiet();
        }
        self.steer();
        self.keep_rewound();
        let Some(sample) = self.sample() else { return };
        let evict = self.timeline.borrow_mut().evict(sample.playhead, sample.end);
        if let Some(time) = evict {
            self.push(Operation::RemoveTo(time));
        }
    }

    fn to_live_edge(&self) {
        let Some(sample) = self.sample() else { return };
        let step = self.edge.borrow_mut().back(sample);
        self.take(step);
    }

    fn showing(&self) -> Option<(Segment, f64)> {
        self.timeline.borrow().at(self.playback.video.current_time())
    }

    fn ahead(&self) -> f64 {
        let buffer = self.buffer.borrow();
        buffer.as_ref().map_or(0.0, |buffer| buffer::ahead(buffer, self.playback.video.current_time()))
    }

    fn takes_more(&self) -> bool {
        self.buffer.borrow().is_some() && self.queue.borrow().is_idle()
    }

    fn jump(&self, time: f64) {
        self.start_again_at(time);
    }

    fn follow(&self, edge: Edge) {
        self.keep_at(edge);
    }

    fn sought(&self) -> Sought {
        self.where_sought()
    }

    fn extend(&self, to: f64) {
        if let Some(beginning) = &self.beginning {
            beginning.end.set(to.max(beginning.end.get()));
        }
    }
}

impl Drop for Mse {
    fn drop(&mut self) {
        self.playback.video.set_playback_rate(1.0);
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::{
        events::object,
        testing::{MovingPicture, PageErrors, let_things_happen},
    };
    use js_sys::{Object, Reflect};
    use wasm_bindgen::JsCast;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    async fn dropped_it_gives_the_rate_back_and_holds_nothing() {
        let errors = PageErrors::watch();
        let video = MovingPicture::new().on_screen().await;
        video.set_src_object(None);
        let failures = Rc::new(Cell::new(0));
        let count = failures.clone();
        let playback = Playback::new(&video, |_| {});
        let fail: OnFailure = Box::new(move |_| count.set(count.get() + 1));
        let mse =
            Mse::open(playback.clone(), "video/webm;codecs=vp8", None, None, fail).expect("a MediaSource");
        while mse.buffer.borrow().is_none() {
            let_things_happen().await;
        }
        video.set_playback_rate(1.06);
        let gone = Rc::downgrade(&mse);
        drop(mse);
        assert!(gone.upgrade().is_none(), "nothing else keeps it");
        assert_eq!((video.playback_rate(), Rc::strong_count(&failures)), (1.0, 1));
        playback.let_go();
        let_things_happen().await;
        assert_eq!(failures.get(), 0);
        assert!(errors.seen().await.is_empty());
        video.remove();
    }

    #[wasm_bindgen_test]
    async fn what_waited_while_the_source_was_not_open_is_done_with_the_next_piece() {
        let video = MovingPicture::new().on_screen().await;
        video.set_src_object(None);
        let playback = Playback::new(&video, |_| {});
        let fail: OnFailure = Box::new(|error| panic!("{error:?}"));
        let mse =
            Mse::open(playback.clone(), "video/webm;codecs=vp8", None, None, fail).expect("a MediaSource");
        while mse.buffer.borrow().is_none() {
            let_things_happen().await;
        }
        // As between `ended` and the seek that opens it again.
        let (source, name) = (&mse.source, "readyState".into());
        let ended = object(&[("value", "ended".into()), ("configurable", true.into())]);
        Object::define_property(source, &name, ended.unchecked_ref());
        mse.push(Operation::RemoveTo(1.0));
        assert!(!mse.takes_more(), "an ended source takes nothing");
        Reflect::delete_property(source, &name).expect("it is configurable");
        mse.append_what_is_due();
        assert!(mse.queue.borrow().is_empty(), "it is being done");
        while !mse.takes_more() {
            let_things_happen().await;
        }
        playback.let_go();
        video.remove();
    }
}
