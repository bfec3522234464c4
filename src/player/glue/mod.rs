//! Mode `glue`: blobs glued by the Blob constructor, shown as object URLs.
//!
//! ```text
//! Piece ─► Blob ⊕ chunk ─► [Plan] ─► object URL ─► <video>, under a Poster while it changes
//! ```

mod arrival;
mod plan;
mod transition;

use super::{
    playback::Playback,
    screen::{OnFailure, Screen},
};
use crate::{
    bytes::JsBytes,
    dom::{Listener, ObjectUrl, now, weakly, with},
    error::{Error, Kind},
};
use blobcast_wire::{Blob, Piece, Segment};
use gloo_timers::callback::Timeout;
use js_sys::Array;
use plan::{Gathered, Plan, Shown};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
};
use transition::Transition;
use wasm_bindgen::JsValue;
use web_sys::{BlobPropertyBag, Event};

/// Segments kept: the one on screen, the next, and the one being gathered.
const KEPT: usize = 3;

/// So many sources in a row that do not play are a failure.
const FAILURES: u32 = 3;

/// A segment as far as it is here.
struct Gathering {
    blob: Blob<JsBytes>,
    /// When its last chunk came, seconds.
    complete: Option<f64>,
}

/// A source of the element.
struct Source {
    _url: ObjectUrl,
    segment: Segment,
    len: usize,
}

/// Plays glued blobs.
pub struct Glue {
    // Listeners first: nothing is heard while the rest goes.
    _listeners: [Listener; 2],
    me: Weak<Self>,
    playback: Rc<Playback>,
    gathered: RefCell<VecDeque<Gathering>>,
    source: RefCell<Option<Source>>,
    /// The source has played to its end, or does not play.
    ran_out: Cell<bool>,
    /// The viewer is back, and what is newest was not yet worth a change.
    wants_edge: Cell<bool>,
    failures: Cell<u32>,
    /// A piece has come since the last tick.
    fed: Cell<bool>,
    transition: RefCell<Option<Transition>>,
    waiting: RefCell<Option<Timeout>>,
    fail: OnFailure,
}

impl Glue {
    pub fn new(playback: Rc<Playback>, fail: OnFailure) -> Rc<Self> {
        Rc::new_cyclic(|me: &Weak<Self>| Self {
            _listeners: [
                Listener::new(&playback.video, "ended", with(me, |glue, _: Event| glue.run_out())),
                Listener::new(&playback.video, "error", with(me, |glue, _: Event| glue.on_error())),
            ],
            me: me.clone(),
            playback,
            gathered: RefCell::default(),
            source: RefCell::default(),
            ran_out: Cell::new(false),
            wants_edge: Cell::new(false),
            failures: Cell::new(0),
            fed: Cell::new(false),
            transition: RefCell::default(),
            waiting: RefCell::default(),
            fail,
        })
    }

    fn run_out(&self) {
        self.ran_out.set(true);
        self.step();
    }

    fn on_error(&self) {
        let Some(error) = self.playback.video.error() else { return };
        self.failures.set(self.failures.get() + 1);
        if self.failures.get() >= FAILURES {
            let message = format!("the browser could not decode the broadcast: {}", error.message());
            return (self.fail)(Error::new(Kind::Media, message));
        }
        self.run_out();
    }

    /// Looks what is to be done now.
    fn step(&self) {
        if self.wants_edge.get() {
            return self.to_live_edge();
        }
        let plan = {
            let shown = self.source.borrow().as_ref().map(|source| Shown {
                segment: source.segment,
                len: source.len,
                position: self.playback.video.current_time(),
                ran_out: self.ran_out.get(),
            });
            plan::next(shown, &self.gathered(), now() / 1000.0)
        };
        self.follow(plan);
    }

    fn follow(&self, plan: Plan) {
        self.waiting.take();
        match plan {
            Plan::Keep => {}
            Plan::WaitUntil(time) => {
                let wait = (time * 1000.0 - now()).max(1.0) as u32;
                *self.waiting.borrow_mut() = Some(Timeout::new(wait, weakly(&self.me, |glue| glue.step())));
            }
            Plan::Show { segment, from } => {
                if let Err(thrown) = self.show(segment, from) {
                    (self.fail)(Error::thrown(Kind::Media, "the broadcast could not be glued", &thrown));
                }
            }
        }
    }

    fn gathered(&self) -> Vec<Gathered> {
        let describe = |gathering: &Gathering| Gathered {
            segment: gathering.blob.segment(),
            len: gathering.blob.len(),
            // A segment's number is when it started, so the time to its newest piece is what it holds.
            duration: gathering.blob.sent().saturating_sub(gathering.blob.segment()) as f64 / 1e6,
            complete: gathering.complete,
        };
        self.gathered.borrow().iter().map(describe).collect()
    }

    /// Changes the source to a segment as far as it is here.
    fn show(&self, segment: Segment, from: f64) -> Result<(), JsValue> {
        let source = {
            let gathered = self.gathered.borrow();
            let Some(gathering) = gathered.iter().find(|gathering| gathering.blob.segment() == segment)
            else {
                return Ok(());
            };
            let url = ObjectUrl::for_blob(&to_js(&gathering.blob)?)?;
            Source { _url: url, segment, len: gathering.blob.len() }
        };
        // A transition that is still going on ends here; its old source goes with it.
        let unfinished = self.transition.take();
        let url = source._url.as_str().to_owned();
        let old = self.source.replace(Some(source));
        self.ran_out.set(false);
        let me = self.me.clone();
        let finished = move || {
            if let Some(glue) = me.upgrade() {
                glue.failures.set(0);
                glue.transition.take();
            }
        };
        let transition = Transition::begin(&self.playback, &url, from, (old, unfinished), finished);
        *self.transition.borrow_mut() = Some(transition);
        self.forget_before(segment);
        Ok(())
    }

    fn forget_before(&self, segment: Segment) {
        let mut gathered = self.gathered.borrow_mut();
        let place = gathered.iter().position(|gathering| gathering.blob.segment() == segment);
        gathered.drain(..place.unwrap_or(0));
    }

    fn gather(&self, piece: &Piece<JsBytes>) {
        let mut gathered = self.gathered.borrow_mut();
        if let Piece::Begin(message) = piece {
            gathered.extend(Blob::open(message).map(|blob| Gathering { blob, complete: None }));
            if gathered.len() > KEPT {
                gathered.pop_front();
            }
        } else if let Some(newest) = gathered.back_mut() {
            // A piece of a segment whose beginning this screen has not seen is of no use to it.
            let _ = newest.blob.glue_piece(piece);
            if matches!(piece, Piece::End { .. }) {
                newest.complete = Some(now() / 1000.0);
            }
        }
    }
}

/// The Blob constructor is the glue.
fn to_js(blob: &Blob<JsBytes>) -> Result<web_sys::Blob, JsValue> {
    let parts: Array = blob.parts().iter().map(JsBytes::as_js).collect();
    let options = BlobPropertyBag::new();
    options.set_type(blob.mime());
    web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options)
}

impl Screen for Glue {
    fn read(&self, piece: &Piece<JsBytes>) {
        self.fed.set(true);
        self.gather(piece);
        self.step();
    }

    fn tick(&self) {
        let is_quiet = !self.fed.replace(false);
        let newest = self.gathered.borrow().back().map(|newest| newest.blob.segment());
        match newest.filter(|_| is_quiet && self.source.borrow().is_none()) {
            // No more comes for now: a newcomer sees what there is, however short.
            Some(segment) => self.follow(Plan::Show { segment, from: 0.0 }),
            None => self.step(),
        }
    }

    fn to_live_edge(&self) {
        let plan = plan::at_edge(&self.gathered());
        self.wants_edge.set(plan == Plan::Keep);
        self.follow(plan);
    }

    fn back_in_sight(&self) {
        // Changes of source come by events, not by timers, so none was missed.
        self.step();
    }

    fn showing(&self) -> Option<(Segment, f64)> {
        self.source.borrow().as_ref().map(|source| (source.segment, self.playback.video.current_time()))
    }

    fn ahead(&self) -> f64 {
        let Some((segment, time)) = self.showing() else { return 0.0 };
        let ahead =
            |gathered: &Gathered| gathered.duration - if gathered.segment == segment { time } else { 0.0 };
        self.gathered().iter().map(ahead).sum::<f64>().max(0.0)
    }
}
