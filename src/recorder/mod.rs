//! Records a stream in runs, each a segment, and sends them.
//!
//! ```text
//! MediaStream ─► Run ─► Tidy ─┬► Cutter ─► Outbox ─► Link ─► relay
//!                Run ─► Tidy ─┘                       ▲
//!                (next)  Handover                     └── have
//! ```
//!
//! A segment ends by handover: the next [`Run`](run::Run) is started while the current one goes on, and takes over where the
//! two can be laid over each other. The rhythm comes from the recorders' own events: a hidden page's timers
//! fire once a minute.
//!
//! For a low latency the runs are of the pictures alone, and a [`Sound`](sound::Sound) beside them goes into their segments.

mod bitrate;
mod congestion;
mod ending;
mod formats;
mod handover;
mod mime;
mod narrowing;
mod placing;
mod recording;
mod replacement;
mod rhythm;
mod run;
mod settings;
mod slices;
mod sound;
mod source;
mod still;
mod uplink;
mod wake_lock;

use crate::{
    bytes::JsBytes,
    cell::RefCell,
    dom::{now, with},
    error::Error,
    events::{Events, State, object},
    link::{Link, Peer},
    meter::Meter,
    promise::Deferred,
    timers::{Timer, Timers},
};
use bitrate::Bitrate;
use blobcast_wire::{Numbering, Outbox, Segment};
use congestion::Line;
use js_sys::Promise;
use placing::Lag;
use recording::Recording;
use replacement::Replacement;
use settings::Settings;
use source::Source;
use std::{
    cell::Cell,
    rc::{Rc, Weak},
};
use wake_lock::WakeLock;
use wasm_bindgen::JsValue;
use web_sys::EventTarget;

/// How often a page hears statistics, ms.
const STATS_EVERY: u32 = 1_000;

/// A broadcaster. Dropping it stops everything at once; [`stop`](Self::stop) does so without losing the tail.
pub struct Recorder {
    me: Weak<Self>,
    source: Source,
    settings: Settings,
    events: Events,
    link: RefCell<Option<Rc<Link>>>,
    /// The one being sent, and the next one while it takes over.
    runs: RefCell<Vec<Rc<Recording>>>,
    /// Pictures and sound are recorded apart.
    is_apart: Cell<bool>,
    /// The sound was left out, and the page has not heard of it.
    is_soundless: Cell<bool>,
    /// How late pictures come, by the time line.
    pictures: RefCell<Lag>,
    outbox: RefCell<Outbox<JsBytes>>,
    line: RefCell<Line>,
    bitrate: RefCell<Bitrate>,
    /// The relay has said what it has, so what is recorded may be sent.
    may_send: Cell<bool>,
    /// What the relay has: all pieces of this segment before this one, and the newest number of this name.
    have: Cell<(Segment, u32, Segment)>,
    /// That was said on the chunk socket that is open now.
    has_heard: Cell<bool>,
    numbering: RefCell<Numbering>,
    /// Bytes sent again that the browser may still hold.
    resent: Cell<u32>,
    started: Deferred,
    stopped: Deferred,
    /// The page waits for its new stream to be sent.
    replacement: RefCell<Option<Replacement>>,
    /// What follows once all is delivered: `stop()` was called, or the tracks have ended.
    ending: Cell<Option<State>>,
    sent: RefCell<Meter>,
    segments: Cell<u32>,
    viewers: Cell<u32>,
    connecting: Cell<Option<Timer>>,
    draining: Cell<Option<Timer>>,
    telling: Cell<Option<Timer>>,
    looking: Cell<Option<Timer>>,
    wake_lock: Cell<Option<Rc<WakeLock>>>,
    /// When a next run did not get to give anything.
    failed_at: Cell<f64>,
    /// Asks a source that stands still for a frame.
    consumer: Cell<Option<still::Consumer>>,
    /// When it was asked last.
    asked: Cell<f64>,
    /// How many times since the source moved last.
    answers: Cell<u32>,
    /// When it was looked last whether it stands still.
    looked: Cell<f64>,
    /// Since when the page has run without a sleep.
    awake: Cell<f64>,
}

impl Recorder {
    /// Begins to connect and then to record.
    pub fn start(stream: &JsValue, options: &JsValue, target: EventTarget) -> Result<Rc<Self>, Error> {
        let stream = settings::stream(stream)?;
        let settings = Settings::read(&stream, options)?;
        let events = Events::new(target, settings.debug);
        let line = Line::new(settings.timeslice());
        let is_apart = Cell::new(settings.is_low);
        let recorder = Rc::new_cyclic(|me: &Weak<Self>| Self {
            me: me.clone(),
            source: Source::new(stream),
            settings,
            events,
            link: RefCell::default(),
            runs: RefCell::default(),
            is_apart,
            is_soundless: Cell::new(false),
            pictures: RefCell::default(),
            outbox: RefCell::default(),
            line: RefCell::new(line),
            bitrate: RefCell::default(),
            may_send: Cell::new(false),
            have: Cell::default(),
            has_heard: Cell::new(false),
            numbering: RefCell::default(),
            resent: Cell::new(0),
            started: Deferred::default(),
            stopped: Deferred::default(),
            replacement: RefCell::default(),
            ending: Cell::default(),
            sent: RefCell::default(),
            segments: Cell::default(),
            viewers: Cell::default(),
            connecting: Cell::default(),
            draining: Cell::default(),
            telling: Cell::default(),
            looking: Cell::default(),
            wake_lock: Cell::default(),
            failed_at: Cell::new(f64::NEG_INFINITY),
            consumer: Cell::default(),
            asked: Cell::new(f64::NEG_INFINITY),
            answers: Cell::new(0),
            looked: Cell::new(f64::NEG_INFINITY),
            awake: Cell::new(f64::NEG_INFINITY),
        });
        recorder.connect();
        Ok(recorder)
    }

    /// Resolves when the relay has the first piece, or when the source stands still and gives none.
    pub fn started(&self) -> Promise {
        self.started.promise()
    }

    fn connect(&self) {
        let peer: Weak<dyn Peer> = self.me.clone();
        *self.link.borrow_mut() = Some(Link::open(self.settings.target.clone(), peer));
        let timers = Timers::steady();
        let give_up = with(&self.me, |recorder: &Rc<Self>, ()| {
            let error = recorder.link().map(|link| link.no_answer(recorder.settings.connect_timeout));
            recorder.end(State::Ended, error);
        });
        self.connecting.set(Some(timers.after(self.settings.connect_timeout, give_up)));
        let tell = with(&self.me, |recorder, ()| recorder.events.dispatch("stats", &recorder.stats()));
        self.telling.set(Some(timers.every(STATS_EVERY, tell)));
        let look = with(&self.me, |recorder, ()| recorder.look_after_still_source());
        self.looking.set(Some(timers.every(still::LOOK_EVERY, look)));
        let on_refusal = with(&self.me, |recorder: &Rc<Self>, ()| recorder.events.warn("wakeLock"));
        self.wake_lock.set(self.settings.wake_lock.then(|| WakeLock::screen(on_refusal)).flatten());
    }

    fn link(&self) -> Option<Rc<Link>> {
        self.link.borrow().clone()
    }

    pub fn state(&self) -> State {
        self.events.state()
    }

    /// What a page may want to show. Times in ms, rates in bits per second.
    pub fn stats(&self) -> JsValue {
        let link = self.link();
        let round_trip = link.as_ref().and_then(|link| link.round_trip());
        let runs = self.runs.borrow();
        let mime = runs.first().map(|front| front.mime());
        let (segment, ..) = self.have.get();
        let mut sent = self.sent.borrow_mut();
        object(&[
            ("segment", (segment as f64).into()),
            ("bytes", (sent.total() as f64).into()),
            ("bitrate", sent.bits_per_second(now()).into()),
            ("restarts", self.segments.get().saturating_sub(1).into()),
            ("mimeType", mime.map_or(JsValue::NULL, JsValue::from)),
            ("viewers", self.viewers.get().into()),
            ("roundTrip", round_trip.into()),
            ("url", self.settings.target.relays.url().into()),
            ("kept", (self.outbox.borrow().bytes() as f64).into()),
            ("bufferedAmount", link.map_or(0, |link| link.buffered_amount()).into()),
            ("congestion", self.congestion().into()),
            ("videoBitsPerSecond", self.video_bits_per_second()),
            ("cutShort", self.bitrate.borrow().cut_short().into()),
        ])
    }
}
