//! Plays a broadcast on a `<video>`.
//!
//! ```text
//! relay ─► Link ─► Reassembly ─► Screen (mse, glue or realtime) ─► <video>
//!     └──► Past (what was broadcast before) ─┘
//! ```

mod feed;
mod glue;
mod latency;
mod mode;
mod mse;
mod next_picture;
mod overlay;
mod past;
mod playback;
mod poster;
mod quirks;
mod realtime;
mod rewind;
mod screen;
mod seeking;
mod settings;
mod stage;
mod stats;

use crate::{
    bytes::JsBytes,
    cell::RefCell,
    dom::{Listener, document, with},
    error::{Error, Kind},
    events::{Events, State},
    link::{self, Link, Peer},
    meter::Meter,
    promise::Deferred,
    timers::{Timer, Timers},
};
use blobcast_wire::{Reassembly, Segment};
use js_sys::Promise;
use past::Past;
use playback::Playback;
use poster::Poster;
use settings::Settings;
use stage::Showing;
use std::{
    cell::Cell,
    rc::{Rc, Weak},
};
use wasm_bindgen::JsValue;
use web_sys::{Event, EventTarget, HtmlVideoElement};

/// How often time passes for a screen, ms.
const TICK: u32 = 250;

/// Statistics come every so many ticks.
const STATS_EVERY: u32 = 4;

/// A viewer. Dropping it stops everything.
pub struct Player {
    me: Weak<Self>,
    on_visible: Cell<Option<Listener>>,
    settings: Settings,
    events: Events,
    link: RefCell<Option<Rc<Link>>>,
    /// What is being played of what was broadcast before.
    past: RefCell<Option<Rc<Past>>>,
    /// The page asks what is kept.
    looking: RefCell<Option<Rc<Past>>>,
    /// Since it was rewound once: the element's time 0.
    origin: Cell<Option<Segment>>,
    /// Where the next screen begins in what is rewound, and where that ends, seconds of the element's time.
    aim: Cell<(f64, f64)>,
    /// It plays what was broadcast before.
    is_behind: Cell<bool>,
    on_seeking: Cell<Option<Listener>>,
    playback: Rc<Playback>,
    reassembly: RefCell<Reassembly<JsBytes>>,
    showing: RefCell<Option<Showing>>,
    /// Over the change from one screen to the next, until the next tick finds a picture.
    poster: Cell<Option<Poster>>,
    /// Screens in a row that failed before they showed a picture.
    failures: Cell<u32>,
    /// What the relay said last.
    last_said: Cell<Option<State>>,
    /// Stopped, or ended by the relay for good. A broadcast that has ended may begin again.
    is_over: Cell<bool>,
    started: Deferred,
    received: RefCell<Meter>,
    segments: Cell<u32>,
    skips: Cell<u32>,
    viewers: Cell<u32>,
    ticks: Cell<u32>,
    connecting: Cell<Option<Timer>>,
    ticking: Cell<Option<Timer>>,
}

impl Player {
    /// Begins to connect.
    pub fn start(video: &JsValue, options: &JsValue, target: EventTarget) -> Result<Rc<Self>, Error> {
        let video = settings::video(video)?;
        let settings = Settings::read(options)?;
        let player = Rc::new_cyclic(|me| Self::new(me, &video, settings, target));
        player.begin();
        Ok(player)
    }

    /// Resolves when the relay has said whether there is something to see.
    pub fn started(&self) -> Promise {
        self.started.promise()
    }

    fn new(me: &Weak<Self>, video: &HtmlVideoElement, settings: Settings, target: EventTarget) -> Self {
        let on_heard = with(me, |player: &Rc<Self>, heard| player.hear_playback(heard));
        Self {
            me: me.clone(),
            on_visible: Cell::new(Some(Listener::new(
                &document(),
                "visibilitychange",
                with(me, |player, _: Event| player.on_visible()),
            ))),
            events: Events::new(target, settings.debug),
            settings,
            link: RefCell::default(),
            past: RefCell::default(),
            looking: RefCell::default(),
            origin: Cell::default(),
            aim: Cell::default(),
            is_behind: Cell::new(false),
            on_seeking: Cell::default(),
            playback: Playback::new(video, on_heard),
            reassembly: RefCell::default(),
            showing: RefCell::default(),
            poster: Cell::default(),
            failures: Cell::new(0),
            last_said: Cell::default(),
            is_over: Cell::new(false),
            started: Deferred::default(),
            received: RefCell::default(),
            segments: Cell::default(),
            skips: Cell::default(),
            viewers: Cell::default(),
            ticks: Cell::default(),
            connecting: Cell::default(),
            ticking: Cell::default(),
        }
    }

    fn begin(&self) {
        match self.settings.from {
            Some(moment) => self.open_past(moment),
            None => self.connect(),
        }
        let tick = with(&self.me, |player, ()| player.tick());
        self.ticking.set(Some(Timers::Page.every(TICK, tick)));
        let give_up = with(&self.me, |player: &Rc<Self>, ()| {
            let timeout = player.settings.connect_timeout;
            let link = player.link.borrow().clone();
            let error = match link {
                Some(link) => link.no_answer(timeout),
                None => link::no_answer(&player.settings.target.relays, timeout, None),
            };
            player.end(State::Ended, Some(error));
        });
        self.connecting.set(Some(Timers::Page.after(self.settings.connect_timeout, give_up)));
    }

    /// Begins with what is live, or goes on with it after what was read.
    fn connect(&self) {
        let peer: Weak<dyn Peer> = self.me.clone();
        *self.link.borrow_mut() = Some(Link::open(self.settings.target.clone(), peer));
    }

    pub fn state(&self) -> State {
        self.events.state()
    }

    /// Lets go of the element and of everything else. Twice is harmless.
    pub fn stop(&self) {
        self.end(State::Stopped, None);
    }

    /// The end of everything but, unless it is the page that stops, the last picture.
    fn end(&self, state: State, error: Option<Error>) {
        if self.is_over.replace(true) && state != State::Stopped {
            return;
        }
        self.connecting.take();
        self.ticking.take();
        self.on_visible.take();
        self.playback.deafen();
        self.poster.take();
        self.on_seeking.take();
        self.leave_past();
        self.looking.take();
        if let Some(link) = self.link.take() {
            link.finish();
        }
        if state == State::Stopped {
            self.let_go();
        }
        self.events.set_state(state);
        if let Some(error) = error {
            if self.started.is_settled() {
                self.events.error(&error);
            }
            self.started.reject(&error.to_js());
        }
        self.started.reject(&Error::new(Kind::Abort, "the viewing was stopped before it began").to_js());
        self.reassembly.take();
        self.events.close();
    }

    fn tick(&self) {
        if self.playback.is_taken() {
            let message = "the video was given another source; call startViewing again to see the broadcast";
            return self.end(State::Ended, Some(Error::new(Kind::Abort, message)));
        }
        self.expire();
        if let Some(screen) = self.screen() {
            screen.tick();
        }
        self.tick_past();
        self.look_under_poster();
        self.ticks.set(self.ticks.get().wrapping_add(1));
        if self.ticks.get().is_multiple_of(STATS_EVERY) {
            self.events.dispatch("stats", &self.stats());
        }
    }
}
