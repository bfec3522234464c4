//! Mode `glue`: blobs glued by the Blob constructor, shown as object URLs.
//!
//! ```text
//! Piece ─► Blob ⊕ chunk ─► [Plan] ─► object URL ─► <video>, under a Standby while it changes
//! ```

mod arrival;
mod chase;
mod gathering;
mod lag;
mod meeting;
mod pace;
mod plan;
mod preparing;
mod relief;
mod standby;
mod timing;
mod transition;
mod turn;

use super::{
    playback::Playback,
    screen::{OnFailure, Screen, UNDECODABLE},
};
use crate::{
    bytes::JsBytes,
    cell::RefCell,
    dom::{Listener, ObjectUrl, with},
    error::{Error, Kind},
    timers::Timer,
};
use blobcast_wire::{Piece, Segment};
use gathering::Segments;
use pace::Pace;
use plan::{Plan, Shown};
use relief::Relief;
use std::{
    cell::Cell,
    rc::{Rc, Weak},
};
use timing::Timing;
use transition::{Cover, Transition};
use wasm_bindgen::JsValue;
use web_sys::Event;

/// So many sources in a row that do not play are a failure.
const FAILURES: u32 = 3;

/// A viewer who comes back is this far behind the newest, in seconds, if nothing else is known.
const BEHIND: f64 = 1.2;

/// Back in sight, it is worth a jump to be nearer by this, in seconds.
const WORTH_A_JUMP: f64 = 0.3;

/// A source of the element.
struct Source {
    url: ObjectUrl,
    segment: Segment,
    len: usize,
    /// Where it began to play, seconds.
    from: f64,
}

/// Plays glued blobs.
pub struct Glue {
    // Listeners first: nothing is heard while the rest goes.
    _listeners: [Listener; 2],
    me: Weak<Self>,
    playback: Rc<Playback>,
    segments: RefCell<Segments>,
    source: RefCell<Option<Source>>,
    /// The source has played to its end, or does not play.
    ran_out: Cell<bool>,
    /// It did, and there was nothing to go on with.
    starved: Cell<bool>,
    /// The viewer is back, and what is newest was not yet worth a change.
    wants_edge: Cell<bool>,
    failures: Cell<u32>,
    /// A piece has come since the last tick.
    fed: Cell<bool>,
    /// When the next change is to be prepared.
    preparing: RefCell<Option<Timer>>,
    relief: RefCell<Option<Relief>>,
    transition: RefCell<Option<Transition>>,
    pace: RefCell<Pace>,
    timing: Rc<Timing>,
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
            segments: RefCell::default(),
            source: RefCell::default(),
            ran_out: Cell::new(false),
            starved: Cell::new(false),
            wants_edge: Cell::new(false),
            failures: Cell::new(0),
            fed: Cell::new(false),
            preparing: RefCell::default(),
            relief: RefCell::default(),
            transition: RefCell::default(),
            pace: RefCell::default(),
            timing: Rc::default(),
            fail,
        })
    }

    fn run_out(&self) {
        self.ran_out.set(true);
        if self.relief.borrow().is_some() {
            self.relieve_ended();
        } else {
            self.step();
        }
    }

    fn on_error(&self) {
        let Some(error) = self.playback.video.error() else { return };
        self.failures.set(self.failures.get() + 1);
        if self.failures.get() >= FAILURES {
            let failed = Error::new(Kind::Media, UNDECODABLE);
            return (self.fail)(failed.because(&error.message()));
        }
        self.run_out();
    }

    /// Looks what is to be done now.
    fn step(&self) {
        if self.wants_edge.get() {
            return self.to_live_edge();
        }
        if self.relief.borrow().is_some() {
            return;
        }
        let plan = plan::next(self.shown(), &self.segments.borrow().list());
        let has_nothing = plan == Plan::Keep && self.ran_out.get();
        self.starved.set(self.starved.get() || has_nothing);
        self.follow(plan);
        self.prepare();
    }

    fn shown(&self) -> Option<Shown> {
        let video = &self.playback.video;
        self.source.borrow().as_ref().map(|source| Shown {
            segment: source.segment,
            len: source.len,
            position: video.current_time(),
            end: video.duration(),
            ran_out: self.ran_out.get(),
        })
    }

    fn follow(&self, plan: Plan) {
        if let Plan::Show { segment, from } = plan {
            let cover = Cover::still(&self.playback.video, self.transition.take());
            self.try_to_show(segment, from, cover);
        }
    }

    fn try_to_show(&self, segment: Segment, from: f64, cover: Option<Cover>) {
        if let Err(thrown) = self.show(segment, from, cover) {
            (self.fail)(Error::thrown(Kind::Media, "the broadcast could not be glued", &thrown));
        }
    }

    /// Changes the source to a segment as far as it is here.
    fn show(&self, segment: Segment, from: f64, cover: Option<Cover>) -> Result<(), JsValue> {
        let Some((blob, len)) = self.segments.borrow().glued(segment)? else { return Ok(()) };
        let source = Source { url: ObjectUrl::for_blob(&blob)?, segment, len, from };
        let url = source.url.as_str().to_owned();
        let old = self.source.replace(Some(source));
        self.ran_out.set(false);
        self.relief.take();
        let me = self.me.clone();
        let finished = move || {
            if let Some(glue) = me.upgrade() {
                glue.failures.set(0);
                let done = glue.transition.take();
                drop(done);
                if let Some(lag) = glue.lag().filter(|_| glue.starved.replace(false)) {
                    glue.pace.borrow_mut().ran_out(lag);
                }
            }
        };
        // A transition that is still going on ends here; its old source goes with it.
        self.transition.take();
        let transition = Transition::begin(&self.playback, &url, from, cover, old, finished);
        *self.transition.borrow_mut() = Some(transition);
        self.segments.borrow_mut().forget_before(segment);
        Ok(())
    }
}

impl Screen for Glue {
    fn read(&self, piece: &Piece<JsBytes>) {
        self.fed.set(true);
        self.segments.borrow_mut().gather(piece);
        self.hear_pace(piece);
        self.step();
    }

    fn tick(&self) {
        let is_quiet = !self.fed.replace(false);
        let newest = self.segments.borrow().list().last().map(|newest| newest.segment);
        match newest.filter(|_| is_quiet && self.source.borrow().is_none()) {
            // No more comes for now: a newcomer sees what there is, however short.
            Some(segment) => self.follow(Plan::Show { segment, from: 0.0 }),
            None => self.step(),
        }
        self.keep_pace();
    }

    fn to_live_edge(&self) {
        let plan = {
            let list = self.segments.borrow().list();
            let behind = self.pace.borrow().lag().map_or(BEHIND, |kept| kept.max(BEHIND));
            plan::behind_edge(&list, behind)
        };
        self.wants_edge.set(plan == Plan::Keep);
        self.follow(plan);
    }

    fn back_in_sight(&self) {
        let late = self.lag().zip(self.pace.borrow().lag()).map(|(lag, kept)| lag - kept);
        if late.is_some_and(|late| late > WORTH_A_JUMP) {
            self.to_live_edge();
        } else {
            // Changes of source come by events, not by timers, so none was missed.
            self.step();
        }
    }

    fn showing(&self) -> Option<(Segment, f64)> {
        self.source.borrow().as_ref().map(|source| (source.segment, self.playback.video.current_time()))
    }

    fn ahead(&self) -> f64 {
        let Some((segment, time)) = self.showing() else { return 0.0 };
        let list = self.segments.borrow().list();
        let ahead = list.iter().map(|it| it.duration - if it.segment == segment { time } else { 0.0 });
        ahead.sum::<f64>().max(0.0)
    }
}
