//! A room: everything of one name. The broadcast, who sends it, and who watches it.

use crate::{
    archive::Shelf,
    broadcast::{Broadcast, Refusal},
    fan::Fan,
    farewell::Farewell,
    line::Line,
    publisher::Publisher,
    quota::Quota,
    segment::{Kept, Tail},
    session::{Session, Sessions},
    ticket::{Ticket, Tickets},
    viewer::Viewer,
};
use blobcast_wire::{Close, Live, Piece, Segment};
use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};
use std::sync::{
    Arc, OnceLock, Weak,
    atomic::{AtomicU32, Ordering},
};
use tokio::sync::watch;

/// One name's broadcast and its peers.
#[derive(Debug)]
pub(crate) struct Room {
    /// Broadcasters: the one whose segments these are, and those who have not sent their first blob.
    pub(crate) publishers: Arc<Sessions<Publisher>>,
    /// Viewers.
    pub(crate) viewers: Arc<Sessions<Arc<Viewer>>>,
    /// Viewers by plain HTTP.
    pub(crate) readers: Arc<Tickets>,
    /// How many watch at other relays.
    elsewhere: AtomicU32,
    /// What may still be sent here.
    pub(crate) quota: Mutex<Quota>,
    stage: Mutex<Stage>,
    /// One for all its broadcasters: it is names that are counted.
    on_air: Mutex<Weak<Ticket>>,
    /// Hands the viewers every piece and every other state; there is none before the first viewer.
    fan: OnceLock<Fan>,
}

#[derive(Debug)]
struct Stage {
    broadcast: Broadcast,
    owner: Option<Owner>,
    /// The newest segment that came to this relay first: what another relay has sent may be sent by it again.
    last_here: Segment,
    /// Counts broadcasters.
    count: u64,
}

/// Whose segments these are.
#[derive(Debug)]
struct Owner {
    /// The broadcaster's number.
    number: u64,
    /// Its first segment.
    since: Segment,
    /// `None` if it is at another relay.
    session: Option<Weak<Session<Publisher>>>,
}

/// What is remembered of a room while it is closed.
#[derive(Clone, Debug)]
pub(crate) struct Past {
    /// The newest segment number; 0 before the first.
    pub(crate) last: Segment,
    /// What may still be sent.
    pub(crate) quota: Quota,
}

/// What `/streams` says about a room.
#[derive(Debug)]
pub(crate) struct Summary {
    /// The current segment: number, next seq, MIME type, bytes.
    pub(crate) current: Option<(Segment, u32, String, usize)>,
    /// The state.
    pub(crate) state: Live,
    /// How many watch.
    pub(crate) viewers: u32,
}

impl Room {
    /// A room in which that was before, whose segments go to this shelf of the archive.
    pub(crate) fn new(Past { last, quota }: Past, shelf: Option<Shelf>) -> Self {
        let broadcast = Broadcast::new(last).archived(shelf);
        Self {
            publishers: Sessions::new(),
            viewers: Sessions::new(),
            readers: Tickets::new(usize::MAX),
            elsewhere: AtomicU32::new(0),
            quota: Mutex::new(quota),
            stage: Mutex::new(Stage { broadcast, owner: None, last_here: last, count: 0 }),
            on_air: Mutex::default(),
            fan: OnceLock::new(),
        }
    }

    /// Hands a viewer what is new from now on.
    pub(crate) fn take_along(&self, viewer: &Arc<Viewer>, chunks: &Arc<Line>) {
        self.fan.get_or_init(Fan::new).join(viewer, chunks);
    }

    /// Tells of something new, for who looks for it by itself.
    pub(crate) fn bell(&self) -> watch::Receiver<Option<Tail>> {
        self.fan.get_or_init(Fan::new).bell()
    }

    /// Everybody who watches here, by sockets or by plain HTTP.
    pub(crate) fn audience(&self) -> usize {
        self.viewers.len() + self.readers.out()
    }

    /// Everybody who watches, at any relay.
    pub(crate) fn watched_by(&self) -> u32 {
        (self.audience() as u32).saturating_add(self.elsewhere.load(Ordering::Relaxed))
    }

    /// So many watch at other relays.
    pub(crate) fn watched_elsewhere_by(&self, count: u32) {
        self.elsewhere.store(count, Ordering::Relaxed);
    }

    /// Tells the viewers of something new, and lets go of the stage.
    fn ring(&self, stage: MutexGuard<'_, Stage>) {
        if let Some(fan) = self.fan.get() {
            // Before the stage is free: the newest chunk is the last to be told of.
            fan.ring(stage.broadcast.current().and_then(Kept::tail));
        }
    }

    /// Looks at the broadcast, shortly: everybody in the room waits meanwhile.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut Broadcast) -> T) -> T {
        look(&mut self.stage.lock().broadcast)
    }

    /// State and number of viewers.
    pub(crate) fn state(&self) -> (Live, u32) {
        let state = self.with(|broadcast| broadcast.state());
        (state, self.watched_by())
    }

    /// What is to be remembered.
    pub(crate) fn past(&self) -> Past {
        Past { last: self.stage.lock().last_here, quota: self.quota.lock().clone() }
    }

    /// Whether somebody broadcasts, or is about to.
    pub(crate) fn is_broadcast(&self) -> bool {
        self.publishers.len() > 0 || self.with(|broadcast| broadcast.state()) == Live::Live
    }

    /// The ticket that its broadcasters share, which `take` takes for the first of them.
    pub(crate) fn go_on_air(&self, take: impl FnOnce() -> Option<Ticket>) -> Option<Arc<Ticket>> {
        let mut on_air = self.on_air.lock();
        if let Some(ticket) = on_air.upgrade() {
            return Some(ticket);
        }
        let ticket = Arc::new(take()?);
        *on_air = Arc::downgrade(&ticket);
        Some(ticket)
    }

    /// Ends the broadcast, as if its broadcaster had; `false` if there is none.
    pub(crate) fn end(&self) -> bool {
        let owner = self.stage.lock().owner.as_ref().and_then(Owner::session);
        let Some(session) = owner else { return false };
        session.peer().finish();
        self.leave(session.peer().number(), true);
        session
            .dismiss(&Farewell::new(Close::Finished, "the operator of the relay has ended this broadcast"));
        true
    }

    /// A number for a broadcaster that comes in.
    pub(crate) fn number_publisher(&self) -> u64 {
        let mut stage = self.stage.lock();
        stage.count += 1;
        stage.count
    }

    /// Takes the next piece of a broadcaster, which has no session if it is at another relay. The first blob of another one is a takeover: the segment that is
    /// open is ended, and its broadcaster is asked to go.
    ///
    /// # Errors
    /// Why the piece is refused.
    pub(crate) fn publish(
        &self,
        number: u64,
        session: Option<&Arc<Session<Publisher>>>,
        is_first: bool,
        piece: Piece<Bytes>,
        now: u64,
    ) -> Result<(), Refusal> {
        let mut stage = self.stage.lock();
        let is_owner = stage.owner.as_ref().is_some_and(|owner| owner.number == number);
        if !is_owner && !is_first {
            return Ok(()); // It was replaced a moment ago.
        }
        stage.broadcast.take(piece, now)?;
        let since = stage.broadcast.last();
        if session.is_some() {
            stage.last_here = since;
        }
        let owner = || Owner { number, since, session: session.map(Arc::downgrade) };
        let replaced = if is_owner { None } else { stage.owner.replace(owner()) };
        self.ring(stage);
        if let Some(replaced) = replaced.as_ref().and_then(Owner::session) {
            let reason =
                "another broadcaster took over: a name has one at a time, so take another or start again";
            replaced.dismiss(&Farewell::new(Close::Replaced, reason));
        }
        Ok(())
    }

    /// Whether the segments are this broadcaster's.
    pub(crate) fn belongs_to(&self, publisher: u64) -> bool {
        self.stage.lock().owner.as_ref().is_some_and(|owner| owner.number == publisher)
    }

    /// Whether the segments are anybody's, here or at another relay.
    pub(crate) fn has_owner(&self) -> bool {
        self.stage.lock().owner.is_some()
    }

    /// The broadcaster whose segments these are, if it is at this relay: its number and its first segment.
    pub(crate) fn owner_here(&self) -> Option<(u64, Segment)> {
        let stage = self.stage.lock();
        let owner = stage.owner.as_ref().filter(|owner| owner.session.is_some())?;
        Some((owner.number, owner.since))
    }

    /// Another relay's broadcaster had finished before anybody was here.
    pub(crate) fn hear_of_the_end(&self) {
        let mut stage = self.stage.lock();
        if stage.owner.is_none() && stage.broadcast.state() == Live::Waiting {
            stage.broadcast.leave(true);
            self.ring(stage);
        }
    }

    /// A broadcaster has gone for good. If the segments are its own, the open one is ended.
    pub(crate) fn leave(&self, publisher: u64, finished: bool) {
        let mut stage = self.stage.lock();
        if stage.owner.as_ref().is_some_and(|owner| owner.number == publisher) {
            stage.owner = None;
            stage.broadcast.leave(finished);
            self.ring(stage);
        }
    }

    /// What there is to say about it.
    pub(crate) fn summary(&self) -> Summary {
        let (state, viewers) = self.state();
        let current = self.with(|broadcast| {
            let kept = broadcast.current()?;
            Some((kept.number(), kept.next(), kept.mime().to_owned(), kept.len()))
        });
        Summary { current, state, viewers }
    }
}

impl Owner {
    fn session(&self) -> Option<Arc<Session<Publisher>>> {
        self.session.as_ref()?.upgrade()
    }
}
