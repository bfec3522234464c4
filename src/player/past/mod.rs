//! What was broadcast before, from the relay's archive: fetched segment by segment, and read as if it came just now.
//!
//! ```text
//! GET /archive/NAME ─► Shelf ─► GET each file ─► Told::Segment ─► the same screen as what is live
//! ```

mod moment;
mod request;
mod shelf;

use crate::{
    bytes::JsBytes,
    callback::Hear,
    cell::RefCell,
    dom::now,
    error::{Error, Kind},
    link::Target,
    promise::Deferred,
};
use blobcast_wire::{RelayTime, Segment};
use js_sys::{ArrayBuffer, Promise};
pub use moment::Moment;
use request::Request;
pub use shelf::Entry;
use shelf::{Listing, Shelf};
use std::{
    cell::Cell,
    rc::{Rc, Weak},
};
use wasm_bindgen::{JsCast, JsValue};

/// So many segments are listed at once.
const AT_ONCE: u32 = 100;

/// What is asked for.
#[derive(Clone)]
enum Asked {
    /// What is kept from then on.
    List(Moment),
    File(Entry),
}

/// What comes of it.
pub enum Told {
    /// What is kept begins with `origin` and ends at `to` ms; from `at` ms on it comes now. Times since the Unix epoch.
    Found {
        origin: Segment,
        at: f64,
        to: f64,
    },
    /// What is kept now begins and ends then, ms, if anything is.
    Kept(Option<(f64, f64)>),
    Segment(Entry, JsBytes),
    /// That was all, up to this segment; `None`: there was nothing.
    All(Option<Segment>),
    /// The relay does not answer. It is asked again.
    Lost,
    Failed(Error),
}

/// One way through what is kept. Dropping it ends that, and nothing comes any more.
pub struct Past {
    me: Weak<Self>,
    target: Target,
    moment: Moment,
    tell: Box<dyn Hear<Told>>,
    /// Only when what is kept begins and ends is asked.
    is_looking: bool,
    shelf: RefCell<Shelf>,
    /// What is asked, or waits to be asked again.
    request: Cell<Option<Request>>,
    /// Counts what is asked.
    turn: Cell<u32>,
    is_asking: Cell<bool>,
    /// A token was refused, and a fresh one is tried.
    was_refused: Cell<bool>,
    is_over: Cell<bool>,
    /// The relay's clock when the page's said so, both in ms, and what the question took.
    clock: Cell<Option<(f64, f64, f64)>>,
    asked_at: Cell<f64>,
    ready: Deferred,
}

impl Past {
    /// Asks what is kept from a moment on.
    pub fn open(target: Target, moment: Moment, tell: impl Hear<Told> + 'static) -> Rc<Self> {
        Self::ask_for(target, moment, false, Box::new(tell))
    }

    /// Asks only when what is kept begins and ends, which [`ready`](Self::ready) resolves with.
    pub fn look(target: Target) -> Rc<Self> {
        Self::ask_for(target, Moment::Ago(1), true, Box::new(|_| {}))
    }

    fn ask_for(target: Target, moment: Moment, is_looking: bool, tell: Box<dyn Hear<Told>>) -> Rc<Self> {
        let past = Rc::new_cyclic(|me| Self {
            me: me.clone(),
            target,
            moment,
            tell,
            is_looking,
            shelf: RefCell::default(),
            request: Cell::default(),
            turn: Cell::default(),
            is_asking: Cell::new(false),
            was_refused: Cell::new(false),
            is_over: Cell::new(false),
            clock: Cell::default(),
            asked_at: Cell::default(),
            ready: Deferred::default(),
        });
        past.list(moment);
        past
    }

    /// Resolves when the first segment is there, or none is to come.
    pub fn ready(&self) -> Promise {
        self.ready.promise()
    }

    /// Nothing more comes of it.
    pub fn is_over(&self) -> bool {
        self.is_over.get()
    }

    /// It failed before anything was there.
    pub fn reject(&self, error: &Error) {
        self.ready.reject(&error.to_js());
    }

    /// The relay's clock.
    pub fn relay_time(&self) -> Option<RelayTime> {
        let (relay, at, round_trip) = self.clock.get()?;
        Some(RelayTime { now: ((relay + now() - at) * 1e3) as u64, round_trip, is_settled: true })
    }

    /// Fetches what comes next, unless something is being fetched.
    pub fn go_on(&self) {
        if !self.is_asking.get() && !self.is_over.get() {
            self.ask_for_more();
        }
    }

    fn ask_for_more(&self) {
        let next = self.shelf.borrow_mut().take();
        match next {
            Some(entry) => {
                self.is_asking.set(true);
                self.ask(Asked::File(entry));
            }
            None => self.list(self.shelf.borrow().end().unwrap_or(self.moment)),
        }
    }

    fn list(&self, from: Moment) {
        self.is_asking.set(true);
        self.asked_at.set(now());
        self.ask(Asked::List(from));
    }

    fn url(&self, asked: &Asked) -> String {
        match asked {
            Asked::List(from) => {
                let path = format!("/archive/{}?limit={AT_ONCE}&from={}", self.target.name, from.query());
                self.target.page(&path)
            }
            Asked::File(entry) => self.target.page(&entry.path),
        }
    }

    fn hear(&self, asked: Asked, body: JsValue) {
        self.request.take();
        self.is_asking.set(false);
        self.was_refused.set(false);
        match asked {
            Asked::List(_) => self.hear_list(Listing::read(&body)),
            Asked::File(entry) => {
                self.ready.resolve();
                self.tell.hear(Told::Segment(entry, JsBytes::of(body.unchecked_ref::<ArrayBuffer>())));
            }
        }
    }

    fn hear_list(&self, listing: Listing) {
        if !listing.keeps {
            return self.failed(keeps_nothing());
        }
        if self.is_looking {
            self.is_over.set(true);
            return self.ready.resolve_with(&listing.bounds());
        }
        let round_trip = now() - self.asked_at.get();
        self.clock.set(Some((listing.now + round_trip / 2.0, now(), round_trip)));
        let at = self.moment.when(listing.now);
        let kept = listing.kept;
        let is_first = self.shelf.borrow().taken().is_none();
        let has_more = self.shelf.borrow_mut().add(listing);
        let start = self.shelf.borrow().next_start();
        self.tell.hear(match (kept, start) {
            (Some((from, to)), Some(start)) if is_first => {
                Told::Found { origin: (from * 1e3).round() as Segment, at: at.max(start), to }
            }
            _ => Told::Kept(kept),
        });
        if has_more {
            self.go_on();
        } else {
            self.is_over.set(true);
            self.ready.resolve();
            let taken = self.shelf.borrow().taken();
            self.tell.hear(Told::All(taken));
        }
    }

    fn tell_lost(&self) {
        self.tell.hear(Told::Lost);
    }

    fn failed(&self, error: Error) {
        self.request.take();
        self.is_over.set(true);
        match error.kind {
            Kind::NotSupported if self.is_looking => self.ready.resolve_with(&JsValue::NULL),
            _ if self.is_looking => self.reject(&error),
            _ => self.tell.hear(Told::Failed(error)),
        }
    }
}

impl Drop for Past {
    fn drop(&mut self) {
        // Another moment was asked for, or the end came: who waited for this one waits no longer.
        self.ready.resolve_with(&JsValue::NULL);
    }
}

fn keeps_nothing() -> Error {
    let message = "the relay keeps no broadcasts; start it with --archive, or watch what is live";
    Error::new(Kind::NotSupported, message)
}
